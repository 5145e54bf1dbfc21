"""Seekers for an offer (名单): the same stages over columns, exact, each shown pair scored again by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from matcher.eligibility.codes import CODES, STATES
from matcher.eligibility.columns import state_codes
from matcher.eligibility.results import EXCLUDING
from matcher.needs import Seeker
from matcher.offers import Offer
from matcher.pairing.assembling import assemble, explained
from matcher.pairing.columns import points
from matcher.pairing.matches import Match
from matcher.pairing.pipeline import Wish, dated, nearness_of
from matcher.pairing.recall import Recalled, Shelf, recall
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import wanted_text


@dataclass(frozen=True, slots=True)
class SeekerShelf:
    """Seekers as columns, their recall, and a way to fetch whole profiles by key (需求方检索面)."""

    frame: pl.DataFrame
    shelf: Shelf
    profiles: Callable[[Sequence[int]], Mapping[int, Seeker]]


def match_seekers(offer: Offer, seekers: SeekerShelf, wish: Wish, scoring: Scoring) -> tuple[list[Match], int, int]:
    """Rank seekers for an offer (名单); also how many were considered and how many of those are not excluded."""
    frame = seekers.frame.filter(pl.col("kind").is_in([kind.value for kind in offer.audience]))
    states = state_codes(frame, offer.criteria, wish.at)
    allowed = ~states.is_in([CODES[state] for state in EXCLUDING])
    considered, eligible = len(frame), int(allowed.sum())
    if not wish.include_unmet:
        frame, states = frame.filter(allowed), states.filter(allowed)
    recalled = recall(seekers.shelf, wanted_text(offer), frame["key"].to_numpy())
    chosen = ranked(frame, states, recalled, offer, wish, scoring)
    profiles = seekers.profiles([int(key) for key in chosen.keys])
    matches = [
        explained(assemble(dated(profiles[key], wish.at), offer, nearness, scoring), profiles[key].text, wish.at)
        for key, nearness in nearness_of(chosen, scoring).items()
        if key in profiles
    ]
    return matches, considered, eligible


def ranked(
    frame: pl.DataFrame, states: pl.Series, recalled: Recalled, offer: Offer, wish: Wish, scoring: Scoring
) -> Recalled:
    """The best candidates, exactly: excluded ones last, then by score, then by key."""
    place = {int(key): row for row, key in enumerate(frame["key"].to_list())}
    rows = np.array([place[int(key)] for key in recalled.keys], dtype=np.int64)
    totals = points(frame[rows.tolist()], recalled, offer, wish.at, scoring)
    excluded = np.isin(states.to_numpy()[rows], [CODES[state] for state in STATES if state in EXCLUDING])
    order = np.lexsort((recalled.keys, -totals, excluded))[: wish.limit]
    return Recalled(recalled.keys[order], recalled.semantic[order], recalled.lexical[order])
