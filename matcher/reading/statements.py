"""Reads what an enterprise says in its own words (读懂自述) into field values, each with the words that said it.

Deterministic and linear in the text. What is not certain is left unread and shown as not understood: others' facts
("竞争对手成立10年"), plans, bounds ("200多人") and foreign currency.
"""

import re
from collections.abc import Iterator
from datetime import date

from matcher.declarations.enterprise import COLLATERAL
from matcher.needs import Reading, Understood
from matcher.offers import OfferKind
from matcher.reading.ages import read_ages
from matcher.reading.amounts import read_amounts
from matcher.reading.borrowing import read_borrowing, read_credit, read_tax_grade
from matcher.reading.business import read_business
from matcher.reading.capital import read_capital
from matcher.reading.certificates import read_certificates
from matcher.reading.clauses import Clause, Found, Recogniser, split_clauses
from matcher.reading.intellectual_property import read_intellectual_property
from matcher.reading.kinds import read_kinds
from matcher.reading.people import read_people, read_talent
from matcher.reading.places import read_places
from matcher.reading.security import read_security
from matcher.reading.shares import read_shares
from matcher.reading.standing import read_standing
from matcher.reading.subjects import is_about_others, names_self, opens_with_others
from matcher.reading.wishes import read_needed_amount, read_purposes, read_terms

RECOGNISERS: tuple[Recogniser, ...] = (
    read_ages,
    read_places,
    read_amounts,
    read_shares,
    read_people,
    read_talent,
    read_intellectual_property,
    read_certificates,
    read_security,
    read_borrowing,
    read_credit,
    read_tax_grade,
    read_standing,
    read_capital,
    read_needed_amount,
    read_terms,
    read_purposes,
    read_business,
)
"""Each reads one subject out of a clause; none depends on another's result."""

_WISHES = frozenset({"need_amount_wan", "need_term_months", "need_purpose"})
_PLEASANTRIES = re.compile(
    "(?:你好|您好|谢谢|请问|请教一?下?|各位|大家好|老师好?|麻烦了?|打扰了?|多谢|感谢|问一下|咨询一下|您|"
    "在吗|我想问一?下?|想问一?下?|帮忙看看|急)+"
)


def read_statements(text: str, *, at: date) -> Reading:
    """Read free Chinese text; `at` decides what "last year" is and which dates lie in the future.

    A clause with no statement and no wish in it comes back as not understood, in its own words.
    """
    understood: list[Understood] = []
    unread: list[str] = []
    kinds: dict[OfferKind, None] = {}
    elsewhere = False
    for clause in split_clauses(text):
        if clause.opens_sentence or names_self(clause):
            elsewhere = False
        said = [*_statements(clause, at)]
        own = [item for item in said if not _is_of_others(clause, item, elsewhere=elsewhere)]
        wished = () if opens_with_others(clause) else tuple(read_kinds(clause))
        kinds.update(dict.fromkeys(wished))
        understood += [Understood(item.field, item.value, clause.words(item.start, item.end)) for item in own]
        if not own and not wished and not _PLEASANTRIES.fullmatch(clause.text):
            unread.append(clause.original.strip())
        elsewhere = elsewhere or len(own) < len(said)
    return Reading(tuple(_latest(understood)), tuple(unread), tuple(kinds))


def _statements(clause: Clause, at: date) -> Iterator[Found]:
    for recognise in RECOGNISERS:
        yield from recognise(clause, at)


def _is_of_others(clause: Clause, item: Found, *, elsewhere: bool) -> bool:
    if is_about_others(clause, item.start, item.end):
        return True
    return elsewhere and item.field not in _WISHES


def _latest(understood: list[Understood]) -> Iterator[Understood]:
    """Keep the last statement on each field, in the order of speaking; what is offered as security adds up."""
    last = {item.field: place for place, item in enumerate(understood)}
    offered = [item for item in understood if item.field == "collateral"]
    for place, item in enumerate(understood):
        if last[item.field] == place:
            yield item if len(offered) < 2 or item.field != "collateral" else _together(offered)


def _together(offered: list[Understood]) -> Understood:
    things = {thing for item in offered if isinstance(item.value, tuple) for thing in item.value}
    words = "；".join(item.words for item in offered)
    return Understood("collateral", tuple(thing for thing in COLLATERAL if thing in things), words)
