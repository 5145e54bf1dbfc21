"""The catalogue of words: whole in both languages, and nothing that a page shows stands outside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.console.words import FOLDER, Language, Words, catalogue, places

CONSOLE = FOLDER.parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES_OF_DATA = {"是", "否", "自填", "平台填写", "万元", "融通"}
"""What values, sources and units are called in the data, and the product."""
OF_ERRORS = {"found", "expected", "remedy"}
"""The parts of an error, which is told as it is wherever it is caught."""
FORBIDDEN = re.compile(r"(?<!credit )score|vector|embedding", re.IGNORECASE)
"""匹配度 is said not to be a credit score; by itself the word is not used."""


def modules() -> list[Path]:
    return sorted(CONSOLE.rglob("*.py"))


def test_every_key_is_said_in_both_languages_with_the_same_places() -> None:
    differing = {
        key: said for key, said in catalogue().items() if places(said[Language.ZH]) != places(said[Language.EN])
    }
    assert differing == {}


def test_no_string_speaks_of_scores_or_vectors() -> None:
    assert [key for key, said in catalogue().items() if any(FORBIDDEN.search(text) for text in said.values())] == []


def test_a_string_is_filled_in_the_language_of_the_desk() -> None:
    assert Words(Language.ZH).text("table.count", n="1,234") == "共 1,234 条"
    assert Words(Language.EN).text("table.count", n="1,234") == "1,234 in all"
    with pytest.raises(KeyError):
        Words(Language.ZH).text("no.such.key")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(CONSOLE).as_posix())
def test_a_page_shows_no_chinese_of_its_own(path: Path) -> None:
    spoken = [text for text in strings(ast.parse(path.read_text("utf-8"))) if CHINESE.search(text)]
    assert [text for text in spoken if text not in NAMES_OF_DATA] == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(CONSOLE).as_posix())
def test_every_key_that_a_page_names_is_there(path: Path) -> None:
    assert [key for key in keys(ast.parse(path.read_text("utf-8"))) if key not in catalogue()] == []


def strings(tree: ast.Module) -> Iterator[str]:
    """Every string but docstrings and what errors say."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in OF_ERRORS:
            told |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def keys(tree: ast.Module) -> Iterator[str]:
    """The keys that are given to `text(…)` or `say(…)` as they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"text", "say"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
