"""What the README tells a reader to type works, one command after another, and prints what is quoted of it."""

import re
import shlex
from pathlib import Path

import pytest
from click import Context
from PIL import Image
from typer.main import get_command

from api.cli.main import app

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
BLOCK = re.compile(r"```sh\n(.*?)```(?:\s*```text\n(.*?)```)?", re.DOTALL)
"""Commands and, where a block of text follows at once, what the last of them prints."""
LEFT_OUT = "…"


def quoted(readme: str) -> list[tuple[str, str]]:
    """Each command of a README, without its comment, with what is quoted of its output."""
    found = []
    for commands, text in BLOCK.findall((ROOT / readme).read_text(encoding="utf-8")):
        typed = [shlex.join(shlex.split(line, comments=True)) for line in commands.splitlines()]
        found += [(line, text if place == len(typed) else "") for place, line in enumerate(typed, 1)]
    return [(line, text) for line, text in found if line.startswith("rongtong ")]


def plain(text: str) -> str:
    """Text as it would be on one line: a terminal breaks lines where it is narrow."""
    return re.sub(r"\s+", "", text)


def test_the_commands_of_the_readme_run_and_print_what_it_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = quoted(READMES[0])
    assert len(typed) >= 10
    assert [line for line, text in typed if text], "an output is quoted"
    for line, text in sorted(typed, key=lambda item: " init " not in item[0]):
        app(shlex.split(line)[1:], standalone_mode=False)
        printed, place = plain(capsys.readouterr().out), 0
        assert printed.startswith(plain(text).split(LEFT_OUT)[0]), line
        for piece in plain(text).split(LEFT_OUT):
            assert piece in printed[place:], (line, piece)
            place = printed.index(piece, place) + len(piece)
    assert (tmp_path / "名单.xlsx").is_file()


def test_both_readmes_type_the_same_commands_and_quote_the_same() -> None:
    assert quoted(READMES[0]) == quoted(READMES[1])


def test_the_picture_shows_what_the_readme_quotes() -> None:
    name, score = Image.open(ROOT / "docs" / "images" / "waterfall.png").text["Title"].split("：")
    first = next(text for _, text in quoted(READMES[0]) if text)
    assert re.search(rf"1\. {name}\b.*匹配度 {score}\n", first), "draw it anew: python docs/images/waterfall.py"


@pytest.mark.parametrize("readme", READMES)
def test_what_the_readme_points_at_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
    assert "make run" in text[:900]
    assert "make test" in text[:900]


def named(text: str) -> set[str]:
    """The commands that a document names, in a line of its own or within a sentence, without what follows."""
    lines = {line.strip() for line in text.splitlines() if re.match(r"\s*rongtong ", line)}
    found = lines | set(re.findall(r"`(rongtong [^`]+)`", text))
    return {line.split("#")[0].removesuffix("\\").strip() for line in found}


def unknown(words: list[str]) -> list[str]:
    """Those of a command's words that are neither a command nor an option; `a|b` stands for either."""
    command, options, wrong = get_command(app), {"--help"}, []
    for place, word in enumerate(words):
        options |= {name for given in command.params for name in (*given.opts, *given.secondary_opts)}
        if word.startswith("--") or re.fullmatch(r"-[a-z]", word):
            wrong += [] if word.split("=")[0] in options else [word]
        elif hasattr(command, "get_command") and words[place - 1] != "--data":
            found = [command.get_command(Context(command), name) for name in word.split("|")]
            wrong += [] if all(found) else [word]
            command = found[0] or command
    return wrong


@pytest.mark.parametrize("document", [*READMES, *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_command_and_option_that_is_named_exists(document: str) -> None:
    lines = named((ROOT / document).read_text(encoding="utf-8"))
    wrong = {line: unknown(shlex.split(line)[1:]) for line in lines}
    assert {line: words for line, words in wrong.items() if words} == {}
