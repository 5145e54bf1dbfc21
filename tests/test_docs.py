"""What the README tells a reader to type works, one command after another, as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from api.cli.main import app

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands(readme: str) -> list[list[str]]:
    blocks = SHELL.findall((ROOT / readme).read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("rongtong ")]
    first = [line for line in lines if " init " in line]
    return [shlex.split(line, comments=True)[1:] for line in (*first, *lines)]


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_of_the_readme_run(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    typed = commands(readme)
    assert len(typed) >= 10
    for arguments in typed:
        app(arguments, standalone_mode=False)
    assert (tmp_path / "名单.xlsx").is_file()


@pytest.mark.parametrize("readme", READMES)
def test_what_the_readme_points_at_exists(readme: str):
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
    assert "make run" in text[:900]
    assert "make test" in text[:900]
