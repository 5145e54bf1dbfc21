"""Offers for a seeker, as a sentence: recall, eligibility, measures, score, rank, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from heapq import nsmallest

import numpy as np

from matcher.derivation import at_date, derive
from matcher.eligibility.results import EXCLUDING
from matcher.eligibility.rulebook import Rulebook
from matcher.needs import Seeker
from matcher.offers import Offer, OfferKind, in_force
from matcher.pairing.assembling import Nearness, assemble, explained, points_of
from matcher.pairing.matches import Match
from matcher.pairing.ranking import WINDOW, diversify
from matcher.pairing.recall import Recalled, Shelf, recall
from matcher.pairing.scoring import Scoring


@dataclass(frozen=True, slots=True)
class OfferShelf:
    """Offers, their recall and their compiled criteria (资源检索面): an offer's key is its place in `offers`."""

    offers: Sequence[Offer]
    shelf: Shelf
    rules: Rulebook


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
    keys = np.array([key for key, offer in enumerate(offers.offers) if _open_to(offer, seeker, wish)], dtype=np.int64)
    near = nearness_of(recall(offers.shelf, seeker.text, keys), scoring)
    best = [
        assemble(seeker, offers.offers[key], near[key], scoring) for key in ranked(seeker, offers, near, wish, scoring)
    ]
    chosen = diversify(best, wish.limit, scoring)
    return [explained(match, seeker.text, wish.at) for match in chosen], len(keys)


def ranked(seeker: Seeker, offers: OfferShelf, near: Mapping[int, Nearness], wish: Wish, scoring: Scoring) -> list[int]:
    """The best keys, enough for `diversify`: excluded ones last (hidden by default), then by score, then by key.

    What is only of the kind asked for and says nothing of the seeker is left out, past the first few.
    """
    standings = offers.rules.standings(seeker.values)
    scored = []
    for key, nearness in near.items():
        excluded = standings[key].state in EXCLUDING
        if wish.include_unmet or not excluded:
            points = points_of(seeker, offers.offers[key], nearness, standings[key].conditions, scoring)
            scored.append((excluded, -points.total, key, points.relevant >= scoring.relevant_least))
    best = nsmallest(wish.limit * WINDOW, scored)
    return [key for place, (_, _, key, relevant) in enumerate(best) if relevant or place < scoring.shown_anyway]


def dated(seeker: Seeker, at: date) -> Seeker:
    """The seeker as of a day: what can be derived is derived, ages grow, expired certificates no longer hold."""
    return replace(seeker, values=at_date(derive(seeker.values), at))


def _open_to(offer: Offer, seeker: Seeker, wish: Wish) -> bool:
    wanted = not wish.kinds or offer.kind in wish.kinds
    own = bool(seeker.id) and offer.provider_id == seeker.id
    return wanted and not own and seeker.kind in offer.audience and in_force(offer, wish.at)


def nearness_of(recalled: Recalled, scoring: Scoring) -> dict[int, Nearness]:
    """How near each candidate's text is, by key, in the order of recall."""
    semantic, lexical = scoring.semantic(recalled.semantic), scoring.lexical(recalled.lexical)
    return {
        int(key): Nearness(float(near), float(overlap))
        for key, near, overlap in zip(recalled.keys, semantic, lexical, strict=True)
    }
