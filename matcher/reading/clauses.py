"""Free text cut into clauses (分句), each in a plain form for the recognisers and with its place in the original."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from matcher.fields import Value

_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    | {ord("％"): "%", ord("．"): ".", ord("："): ":", ord("＋"): "+", ord("～"): "~", ord("－"): "-"}
)
_BOUNDARY = re.compile(
    r"(?P<stop>[。！!？?；;\n\r…])|[，（）()【】\[\]|\t]|,(?!(?<=\d,)\d{3})"
    r"|[ \u3000](?<=[\u4e00-\u9fff].)(?![ \d０-９])"
    r"|\.(?<=[\u4e00-\u9fff]\.)|但(?<!不但)是?|不过(?!来)|而且|并且|同时|另外|此外|然而|所以|因此"
)
_SAYS_SOMETHING = re.compile(r"[^\W_]")
_DROPPED = re.compile(r"[^\w%+\-~.,:/、—–]")
_BEFORE = 48


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: `text` has digits in half width and neither spaces nor quotation marks.

    `before` is the end of what the same sentence said earlier, for clauses that lean on it ("今年营收…，净利润…").
    """

    text: str
    original: str
    places: tuple[int, ...]
    before: str
    opens_sentence: bool

    def words(self, start: int, end: int) -> str:
        """The original words between two positions of `text`."""
        return self.original[self.places[start] : self.places[end - 1] + 1] if end > start else ""


@dataclass(frozen=True, slots=True)
class Found:
    """One statement: a field, its value, and where in the clause's text it is said."""

    field: str
    value: Value
    start: int
    end: int


Recogniser = Callable[[Clause, date], Iterator[Found]]
"""Yields what one clause states on one subject; the day decides what "last year" is."""


def split_clauses(text: str) -> Iterator[Clause]:
    """Cut text at punctuation and at words that turn the thought (但、而且 …). Takes time linear in the text."""
    plain = text.translate(_WIDTH)
    before, opens, position = "", True, 0
    for mark in _BOUNDARY.finditer(plain):
        clause = _clause(text, plain, position, mark.start(), before=before, opens=opens)
        position = mark.end()
        if clause is not None:
            yield clause
            before, opens = (before + clause.text)[-_BEFORE:], False
        if mark["stop"]:
            before, opens = "", True
    last = _clause(text, plain, position, len(plain), before=before, opens=opens)
    if last is not None:
        yield last


def _clause(text: str, plain: str, start: int, end: int, *, before: str, opens: bool) -> Clause | None:
    piece = plain[start:end]
    if not _SAYS_SOMETHING.search(piece):
        return None
    if _DROPPED.search(piece):
        places = tuple(place for place, char in enumerate(piece) if not _DROPPED.match(char))
        compact = "".join(piece[place] for place in places)
    else:
        places, compact = tuple(range(len(piece))), piece
    return Clause(compact, text[start:end], places, before, opens)
