"""Plans to begin from (方案样例): those of docs/examples/campaigns, read for a form and changed line by line.

Changing a line keeps the comments and the order of the rest, which a person may go on to edit as text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from api.campaigns.planning import plan_of
from matcher.campaigns.plan import Plan

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "campaigns"
_MONTH = timedelta(days=38)
_PLAIN = re.compile(r"[0-9]{1,9}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXTS = frozenset({"name", "purpose", "approver"})
_SCALARS = _TEXTS | {"starts", "ends", "quota", "limit", "least_match"}


@dataclass(frozen=True, slots=True)
class Example:
    """A plan to begin from: its id, what the file's first comment says of it, its text and what that says."""

    id: str
    about: str
    text: str
    plan: Plan


def examples(today: date, folder: Path = FOLDER) -> tuple[Example, ...]:
    """The examples by id, each begun today and over in about a month; none where the folder is not installed."""
    return tuple(_example(path, today) for path in sorted(folder.glob("*.yaml")))


def with_values(text: str, values: Mapping[str, str]) -> str:
    """A plan's text with some of its plain values replaced; one that is not there yet is added at the end.

    Raises `ValueError` for a key that is no plain value of a plan, and for a number or day that is none.
    """
    for key, value in values.items():
        if key not in _SCALARS:
            raise ValueError(f"{key} is no plain value of a plan")
        if key not in _TEXTS and not _PLAIN.fullmatch(value):
            raise ValueError(f"{key} is not given by {value!r}")
        line = f"{key}: {_quoted(value) if key in _TEXTS else value}"
        found = re.compile(rf"^{key}:.*$", re.MULTILINE)
        text = found.sub(lambda _: line, text, count=1) if found.search(text) else f"{text.rstrip()}\n{line}\n"  # noqa: B023
    return text


def _example(path: Path, today: date) -> Example:
    days = {"starts": today.isoformat(), "ends": (today + _MONTH).isoformat()}
    text = with_values(path.read_text("utf-8"), days)
    first = text.partition("\n")[0]
    return Example(path.stem, first.removeprefix("#").strip() if first.startswith("#") else "", text, plan_of(text))


def _quoted(value: str) -> str:
    """A text as YAML reads it back the same."""
    escaped = "".join(_ESCAPED.get(letter, letter) for letter in value if letter.isprintable())
    return f'"{escaped}"'


_ESCAPED = {"\\": "\\\\", '"': '\\"'}
