"""The catalogue of words (文案): every string that a page shows, in Chinese first and in English.

Each file of the folder `words/` belongs to some pages and maps a key to `{zh: …, en: …}`; a key stands in one file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Literal, cast

import yaml

FOLDER = Path(__file__).parent / "words"


class Language(StrEnum):
    """Languages of the console (语言)."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> Literal["zh-CN", "en-US"]:
        """Its BCP 47 tag, for the page and for Quasar's own texts."""
        return "zh-CN" if self is Language.ZH else "en-US"


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue in one language."""

    language: Language

    def text(self, key: str, **values: object) -> str:
        """The string of a key with its `{places}` filled; raise `KeyError` for a key that no file has."""
        said = catalogue()[key][self.language]
        return said.format_map(values) if values else said

    def has(self, key: str) -> bool:
        """Whether the catalogue has a key: for names made of codes, such as an action of the log."""
        return key in catalogue()


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All files joined; raise `ValueError` for a key that stands twice or lacks a language."""
    joined: dict[str, Mapping[str, str]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        text_only = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506  # makes strings, lists, maps
        for key, said in cast(dict[str, dict[str, str]], text_only).items():
            if key in joined:
                raise ValueError(f"{key} stands twice, the second time in {path.name}")
            if set(said) != {language.value for language in Language}:
                raise ValueError(f"{path.name}: {key} must be said in zh and en, and in no other language")
            joined[key] = MappingProxyType(said)
    return MappingProxyType(joined)


def places(text: str) -> frozenset[str]:
    """The names of the places in a string that are filled when it is shown."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
