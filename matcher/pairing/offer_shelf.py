"""Offers laid out for matching (资源检索面): compiled once, so that a seeker is matched with all of them by arrays."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.rulebook import Rulebook
from matcher.fields import PartyKind
from matcher.offers import Offer, OfferKind, last_day
from matcher.pairing.measures import STRUCTURED
from matcher.pairing.offer_fits import Fitting, PreferenceFitting, fitting_of
from matcher.pairing.ports import Positions
from matcher.pairing.recall import Shelf

_KINDS = tuple(OfferKind)
Compile = Callable[[Sequence[Offer]], Fitting]


@dataclass(frozen=True, slots=True)
class Alike:
    """A measure of n offers (特征表), taken once of those that it cannot tell apart; `group_of` (n,) says which."""

    fitting: Fitting
    group_of: Positions

    @classmethod
    def of(cls, offers: Sequence[Offer], sees: Callable[[Offer], Hashable], compile_: Compile) -> Self:
        """Group offers by what the measure sees of them, and compile it for one of each group."""
        seen = [sees(offer) for offer in offers]
        examples = dict(zip(reversed(seen), reversed(offers), strict=True))
        places = {what: place for place, what in enumerate(examples)}
        return cls(compile_(list(examples.values())), np.array([places[what] for what in seen], dtype=np.int64))


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
    admission: Admission
    alike: Mapping[str, Alike]

    @classmethod
    def of(cls, offers: Sequence[Offer], shelf: Shelf) -> Self:
        """Compile offers; `shelf` has their texts by position."""
        structured = {item.name: Alike.of(offers, item.sees, partial(fitting_of, item)) for item in STRUCTURED}
        favoured = Alike.of(offers, lambda offer: offer.preferences, PreferenceFitting.of)
        rules = Rulebook.of(offer.criteria for offer in offers)
        return cls(offers, shelf, rules, Admission.of(offers), {**structured, "preference": favoured})
