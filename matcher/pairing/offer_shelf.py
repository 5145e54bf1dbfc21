"""Offers laid out for matching (资源检索面): compiled once, so that a seeker is matched with all of them by arrays."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.criteria import All
from matcher.eligibility.rulebook import Rulebook
from matcher.fields import PartyKind
from matcher.offers import Offer, OfferKind, last_day
from matcher.pairing.measures import STRUCTURED
from matcher.pairing.ports import Positions
from matcher.pairing.recall import Shelf

_KINDS = tuple(OfferKind)


@dataclass(frozen=True, slots=True)
class Alike:
    """Offers that a measure cannot tell apart (同类资源): one of each kind, and which of them each of n offers is."""

    examples: tuple[Offer, ...]
    group_of: NDArray[np.int32]

    @classmethod
    def of(cls, offers: Sequence[Offer], seen: Sequence[Hashable]) -> Self:
        """Group offers by what is seen of them."""
        groups: dict[Hashable, int] = {}
        examples: list[Offer] = []
        for offer, what in zip(offers, seen, strict=True):
            if groups.setdefault(what, len(groups)) == len(examples):
                examples.append(offer)
        return cls(tuple(examples), np.array([groups[what] for what in seen], dtype=np.int32))


@dataclass(frozen=True, slots=True)
class Admission:
    """To whom and when each of n offers is open (开放范围): kinds as places in `OfferKind`, days as ordinals."""

    kinds: NDArray[np.uint8]
    audiences: Mapping[PartyKind, NDArray[np.bool_]]
    first_days: NDArray[np.int32]
    last_days: NDArray[np.int32]
    own: Mapping[str, Positions]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> Self:
        """Lay out what decides to whom offers are open."""
        own: dict[str, list[int]] = {}
        for place, offer in enumerate(offers):
            if offer.provider_id:
                own.setdefault(offer.provider_id, []).append(place)
        return cls(
            np.array([_KINDS.index(offer.kind) for offer in offers], dtype=np.uint8),
            {kind: np.array([kind in offer.audience for offer in offers], dtype=np.bool_) for kind in PartyKind},
            np.array([(offer.effective_from or date.min).toordinal() for offer in offers], dtype=np.int32),
            np.array([last_day(offer).toordinal() for offer in offers], dtype=np.int32),
            {provider: np.array(places, dtype=np.int64) for provider, places in own.items()},
        )

    def open_to(self, kind: PartyKind, seeker: str, kinds: frozenset[OfferKind], at: date) -> Positions:
        """The positions of offers for a kind of party, in force on a day, of some kinds (none: all), not its own."""
        day = at.toordinal()
        admitted = self.audiences[kind] & (self.first_days <= day) & (day <= self.last_days)
        if kinds:
            admitted &= np.array([item in kinds for item in _KINDS])[self.kinds]
        if seeker in self.own:
            admitted[self.own[seeker]] = False
        return np.flatnonzero(admitted)


@dataclass(frozen=True, slots=True)
class OfferShelf:
    """Offers, their recall, and all that is compiled from them; an offer's position is its place in `offers`."""

    offers: Sequence[Offer]
    shelf: Shelf
    rules: Rulebook
    preferences: Rulebook
    admission: Admission
    alike: Mapping[str, Alike]

    @classmethod
    def of(cls, offers: Sequence[Offer], shelf: Shelf) -> Self:
        """Compile offers; `shelf` has their texts by position."""
        return cls(
            offers,
            shelf,
            Rulebook.of(offer.criteria for offer in offers),
            Rulebook.of(All(offer.preferences) if offer.preferences else None for offer in offers),
            Admission.of(offers),
            {item.name: Alike.of(offers, [item.sees(offer) for offer in offers]) for item in STRUCTURED},
        )
