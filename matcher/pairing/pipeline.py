"""Offers for a seeker, as a sentence: recall, eligibility, measures, score, rank, explain."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from matcher.derivation import at_date, derive
from matcher.eligibility.codes import STATES
from matcher.eligibility.results import EXCLUDING
from matcher.eligibility.rulebook import Standings
from matcher.needs import Seeker
from matcher.offers import OfferKind
from matcher.pairing.assembling import Nearness, assemble, explained
from matcher.pairing.matches import Match
from matcher.pairing.offer_points import points_of
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.ports import Positions
from matcher.pairing.ranking import WINDOW, Candidate, best, diversify, moved_back
from matcher.pairing.recall import Recalled, recall
from matcher.pairing.scoring import Scoring

_IS_EXCLUDED = np.array([state in EXCLUDING for state in STATES])
_IS_KEPT = ~_IS_EXCLUDED


@dataclass(frozen=True, slots=True)
class Wish:
    """How an answer is wanted: how many, of which kinds (none: all), on which day, with the unmet or without."""

    limit: int
    at: date
    kinds: frozenset[OfferKind] = frozenset()
    include_unmet: bool = False


def match_offers(seeker: Seeker, offers: OfferShelf, wish: Wish, scoring: Scoring) -> tuple[list[Match], int]:
    """Rank offers for a seeker; also how many were considered."""
    seeker = dated(seeker, wish.at)
    considered = offers.admission.open_to(seeker.kind, seeker.id, wish.kinds, wish.at)
    standings = offers.rules.standings(seeker.values)
    recalled = recall(offers.shelf, seeker.text, _wanted(considered, standings, wish))
    chosen = diversify(ranked(seeker, offers, recalled, standings, wish, scoring), wish.limit, scoring)
    near = nearness_of(recalled, [place.candidate.row for place in chosen], scoring)
    matches = [
        moved_back(assemble(seeker, place.candidate.offer, nearness, scoring), place)
        for place, nearness in zip(chosen, near, strict=True)
    ]
    return [explained(match, seeker.text, wish.at) for match in matches], len(considered)


def _wanted(considered: Positions, standings: Standings, wish: Wish) -> Positions:
    """Those that can be in the list: excluded ones only where they are asked for."""
    if wish.include_unmet:
        return considered
    return considered.compress(_IS_KEPT.take(standings.states.take(considered)))


def ranked(
    seeker: Seeker, offers: OfferShelf, recalled: Recalled, standings: Standings, wish: Wish, scoring: Scoring
) -> list[Candidate]:
    """The best candidates, enough for `diversify`: excluded ones last, then by score, then by position.

    What is only of the kind asked for and says nothing of the seeker is left out, past the first few.
    """
    points = points_of(seeker, offers, recalled, standings, scoring)
    excluded = _IS_EXCLUDED[standings.states[recalled.keys]]
    rows = best(points.totals, excluded, wish.limit * WINDOW)
    kept = (points.relevant[rows] >= scoring.relevant_least) | (np.arange(len(rows)) < scoring.shown_anyway)
    return [
        Candidate(row, offers.offers[recalled.keys[row]], bool(excluded[row]), int(points.totals[row]))
        for row in rows[kept].tolist()
    ]


def dated(seeker: Seeker, at: date) -> Seeker:
    """The seeker as of a day: what can be derived is derived, ages grow, expired certificates no longer hold."""
    return replace(seeker, values=at_date(derive(seeker.values), at))


def nearness_of(recalled: Recalled, rows: list[int], scoring: Scoring) -> Iterator[Nearness]:
    """How near the texts of some rows of what was recalled are."""
    semantic, lexical = scoring.semantic(recalled.semantic[rows]), scoring.lexical(recalled.lexical[rows])
    return map(Nearness, semantic.tolist(), lexical.tolist())
