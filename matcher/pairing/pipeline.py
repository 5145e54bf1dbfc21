"""Matching as a sentence: recall, eligibility, measures, score, rank, explain. Both ways."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from matcher.derivation import at_date, derive
from matcher.eligibility.columns import CODES, STATES, state_codes
from matcher.eligibility.results import EXCLUDING
from matcher.needs import Seeker
from matcher.offers import Offer, OfferKind, in_force
from matcher.pairing.assembling import Nearness, assemble, explained
from matcher.pairing.columns import points
from matcher.pairing.matches import Match
from matcher.pairing.ranking import diversify, rank
from matcher.pairing.recall import Recalled, Shelf, recall
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import wanted_text

RECALL_LIMIT = 50_000
"""Up to so many candidates all are scored; past it the nearest in meaning are."""


@dataclass(frozen=True, slots=True)
class OfferShelf:
    """Offers and their recall (资源检索面): an offer's key is its place in `offers`."""

    offers: Sequence[Offer]
    shelf: Shelf


@dataclass(frozen=True, slots=True)
class SeekerShelf:
    """Seekers as columns, their recall, and a way to fetch whole profiles by key (需求方检索面)."""

    frame: pl.DataFrame
    shelf: Shelf
    profiles: Callable[[Sequence[int]], Mapping[int, Seeker]]


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
    recalled = recall(offers.shelf, seeker.text, keys, RECALL_LIMIT)
    scored = [assemble(seeker, offers.offers[key], nearness, scoring) for key, nearness in _nearness(recalled, scoring)]
    ranked = rank(scored, include_unmet=wish.include_unmet)
    chosen = diversify(ranked, wish.limit, scoring)
    return [explained(match, seeker.text, wish.at) for match in chosen], len(keys)


def match_seekers(offer: Offer, seekers: SeekerShelf, wish: Wish, scoring: Scoring) -> tuple[list[Match], int, int]:
    """Rank seekers for an offer (名单); also how many were considered and how many of those are not excluded."""
    frame = seekers.frame.filter(pl.col("kind").is_in([kind.value for kind in offer.audience]))
    states = state_codes(frame, offer.criteria, wish.at)
    allowed = ~states.is_in([CODES[state] for state in EXCLUDING])
    considered, eligible = len(frame), int(allowed.sum())
    if not wish.include_unmet:
        frame, states = frame.filter(allowed), states.filter(allowed)
    recalled = recall(seekers.shelf, wanted_text(offer), frame["key"].to_numpy(), RECALL_LIMIT)
    chosen = _best(frame, states, recalled, offer, wish, scoring)
    profiles = seekers.profiles([int(key) for key in chosen.keys])
    matches = [
        explained(assemble(dated(profiles[key], wish.at), offer, nearness, scoring), profiles[key].text, wish.at)
        for key, nearness in _nearness(chosen, scoring)
        if key in profiles
    ]
    return rank(matches, include_unmet=wish.include_unmet), considered, eligible


def dated(seeker: Seeker, at: date) -> Seeker:
    """The seeker as of a day: what can be derived is derived, ages grow, expired certificates no longer hold."""
    return replace(seeker, values=at_date(derive(seeker.values), at))


def _open_to(offer: Offer, seeker: Seeker, wish: Wish) -> bool:
    wanted = not wish.kinds or offer.kind in wish.kinds
    own = bool(seeker.id) and offer.provider_id == seeker.id
    return wanted and not own and seeker.kind in offer.audience and in_force(offer, wish.at)


def _nearness(recalled: Recalled, scoring: Scoring) -> list[tuple[int, Nearness]]:
    semantic, lexical = scoring.semantic(recalled.semantic), scoring.lexical(recalled.lexical)
    return [
        (int(key), Nearness(float(near), float(overlap)))
        for key, near, overlap in zip(recalled.keys, semantic, lexical, strict=True)
    ]


def _best(
    frame: pl.DataFrame, states: pl.Series, recalled: Recalled, offer: Offer, wish: Wish, scoring: Scoring
) -> Recalled:
    place = {int(key): row for row, key in enumerate(frame["key"].to_list())}
    rows = np.array([place[int(key)] for key in recalled.keys], dtype=np.int64)
    totals = points(frame[rows.tolist()], recalled, offer, wish.at, scoring)
    excluded = np.isin(states.to_numpy()[rows], [CODES[state] for state in STATES if state in EXCLUDING])
    order = np.lexsort((recalled.keys, -totals, excluded))[: wish.limit]
    return Recalled(recalled.keys[order], recalled.semantic[order], recalled.lexical[order])
