"""Searching the library of parties (主体检索): by meaning, by condition, or both; exact over all of a platform."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from api.access.viewers import Viewer
from api.generation import Generation
from api.matchmaking import checked_limit, checked_text
from api.store.store import Store
from api.turns import asked
from matcher.eligibility.criteria import Criterion
from matcher.errors import InvalidNeed
from matcher.fields import PartyKind
from matcher.parties import Party

if TYPE_CHECKING:
    from matcher.pairing.prospecting import SeekerSegment


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is looked for: a text, a filter that parties must meet, a kind; `at` None means today."""

    text: str = ""
    where: Criterion | None = None
    kind: PartyKind | None = None
    limit: int = 100
    at: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A party and how near it is to the text, -1 to 1 (相近程度); None where no text was given."""

    party: Party
    similarity: float | None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The best parties, and how many met the filter."""

    found: tuple[Found, ...]
    considered: int
    at: date
    encoder: str = ""
    """The fingerprint of the encoder that the text was compared by; empty where it is not known."""


class Nearest(Protocol):
    """What the index's vectors can do beside giving similarities."""

    def nearest(
        self, query: NDArray[np.float32], count: int, positions: NDArray[np.bool_], /
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Positions and similarities of the `count` best rows of a mask, best first."""


Best = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Keys (m,) and similarities (m,)."""


class PartySearch:
    """The operator's library search. Safe to call from several threads; `live` gives the generation that serves."""

    def __init__(self, store: Store, live: Callable[[], Generation], *, today: Callable[[], date]) -> None:
        self._store = store
        self._live = live
        self._today = today

    @asked
    def search(self, viewer: Viewer, request: SearchRequest) -> SearchAnswer:
        """The parties nearest to a text among those that meet the filter; without a text, by rising key.

        Raises `InvalidNeed` for a text that cannot be read, and where neither text, filter nor kind is given.
        """
        if not request.text and request.where is None and request.kind is None:
            raise InvalidNeed(
                found="没有文字，也没有条件", expected="text、where、kind 至少一项", remedy="请说明要找什么样的主体"
            )
        text = checked_text(request.text) if request.text else ""
        at, limit = request.at or self._today(), checked_limit(request.limit)
        live = self._live()
        with live.parties.open(viewer) as segments:
            parts = [_of_segment(segment, request, text, at, limit) for segment in segments]
        keys, similarities = _best([part for part, _ in parts], limit, nearest=bool(text))
        parties = self._store.parties.get_many(viewer, keys.tolist())
        found = tuple(
            Found(parties[key], similarity if text else None)
            for key, similarity in zip(keys.tolist(), similarities.tolist(), strict=True)
            if key in parties
        )
        return SearchAnswer(found, sum(count for _, count in parts), at, live.fingerprint)


def _of_segment(segment: "SeekerSegment", request: SearchRequest, text: str, at: date, limit: int) -> tuple[Best, int]:
    """The best of one segment, and how many of its rows meet the filter."""
    wanted = _meeting(segment, request, at)
    keys = segment.frame["key"].to_numpy()
    if not text:
        positions = np.flatnonzero(wanted)[:limit]
        return (keys[positions], np.zeros(len(positions), dtype=np.float32)), int(np.count_nonzero(wanted))
    query = segment.shelf.encoder.encode_queries([text])[0]
    dense = cast("Nearest", segment.shelf.dense)
    positions, similarities = dense.nearest(query, limit, wanted)
    return (keys[positions], similarities), int(np.count_nonzero(wanted))


def _meeting(segment: "SeekerSegment", request: SearchRequest, at: date) -> NDArray[np.bool_]:
    """Which rows are there, are of the kind and meet the filter: what is unknown does not."""
    from matcher.eligibility.filtering import met_rows  # columns: polars

    meets = np.ones(len(segment.frame), dtype=np.bool_) if segment.gone is None else ~segment.gone
    if request.kind is not None:
        meets &= (segment.frame["kind"] == request.kind.value).to_numpy()
    if request.where is not None:
        meets &= met_rows(segment.store, request.where, at)
    return meets


def _best(parts: Sequence[Best], limit: int, *, nearest: bool) -> Best:
    """The best of all segments: nearest first, or by key."""
    keys = np.concatenate([np.empty(0, dtype=np.int64), *(part[0] for part in parts)])
    similarities = np.concatenate([np.empty(0, dtype=np.float32), *(part[1] for part in parts)])
    order = np.lexsort((keys, -similarities) if nearest else (keys,))[:limit]
    return keys[order], similarities[order]
