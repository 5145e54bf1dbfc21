"""Numbers and the words that say what they count (数与名): the label stands before the number or after it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LEFT = 24
_RIGHT = 16


@dataclass(frozen=True, slots=True)
class Label:
    """What a number may be a value of: a field, and the patterns of its name before and after the number.

    `before` ends at the number, `after` starts behind it; `sign` is -1 for words of decline or loss;
    words that match `barred` behind the number make it a number of something else.
    """

    field: str
    before: re.Pattern[str]
    after: re.Pattern[str]
    sign: int = 1
    barred: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A number's match together with its label; `start` and `end` span both."""

    label: Label
    number: re.Match[str]
    start: int
    end: int


def label(field: str, words: str, filler: str, *, after: str = "(?!)", sign: int = 1, barred: str = "") -> Label:
    """Make a label of alternatives; `filler` are words that may stand between the name and the number."""
    before = re.compile(rf"(?:{words})(?:{filler}){{0,4}}$")
    return Label(field, before, re.compile(after), sign, re.compile(barred) if barred else None)


def labelled(text: str, numbers: re.Pattern[str], labels: Sequence[Label]) -> Iterator[Labelled]:
    """Yield the numbers of a clause that bear a label. Words that label one number label no second one."""
    position = 0
    for match in numbers.finditer(text):
        begin = max(position, match.start() - _LEFT)
        found = _before(text[begin : match.start()], begin, match, labels) or _after(text, match, labels)
        if found:
            yield found
        position = found.end if found else match.end()


def _before(left: str, begin: int, match: re.Match[str], labels: Sequence[Label]) -> Labelled | None:
    for item in labels:
        said = item.before.search(left)
        if said and not (item.barred and item.barred.match(match.string, match.end())):
            return Labelled(item, match, begin + said.start(), match.end())
    return None


def _after(text: str, match: re.Match[str], labels: Sequence[Label]) -> Labelled | None:
    right = text[match.end() : match.end() + _RIGHT]
    for item in labels:
        said = item.after.match(right)
        if said:
            return Labelled(item, match, match.start(), match.end() + said.end())
    return None
