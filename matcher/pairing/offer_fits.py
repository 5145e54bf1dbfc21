"""The measures of known fields, for many offers at once (批量特征): compiled once, equal to `measures` one by one.

Each holds offers that the measure tells apart and gives one fit an offer for a seeker's values, 0 where the measure
has nothing to say.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.criteria import All
from matcher.eligibility.rulebook import Rulebook
from matcher.fields import Value
from matcher.offers import Holding, Offer
from matcher.pairing import chains, joint_investing
from matcher.pairing.measures import REACH, StructuredMeasure, chain_sought, holdings
from matcher.parties import Values
from matcher.taxonomy import industries, regions
from matcher.taxonomy.industries import PROXIMITY_BY_DEPTH

Fits = NDArray[np.float64]
Posted = Mapping[str, NDArray[np.int64]]
_NOBODY: NDArray[np.int64] = np.empty(0, dtype=np.int64)


class Fitting(Protocol):
    """A measure over n offers."""

    def fits(self, values: Values) -> Fits:
        """Give the fits (n,) of a seeker's values, derived and dated, each 0 to 1."""


@dataclass(frozen=True, slots=True)
class PlainFitting:
    """Any measure, taken offer by offer: for measures that tell few offers apart."""

    measure: StructuredMeasure
    offers: Sequence[Offer]

    def fits(self, values: Values) -> Fits:
        """Take the measure of each offer."""
        if not any(code in values for code in self.measure.reads):
            return np.zeros(len(self.offers))
        taken = (self.measure.take(values, offer) for offer in self.offers)
        return np.array([0.0 if fit is None else fit.value for fit in taken], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class RegionFitting:
    """`region_fit`: offers by the regions that they serve, found by all that the seeker's region lies within."""

    size: int
    serving: Posted

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "RegionFitting":
        """Post each offer under the regions that it serves."""
        served = (
            (regions.region(code).code, place) for place, one in enumerate(offers) for code in one.service_regions
        )
        return cls(len(offers), _posted(served))

    def fits(self, values: Values) -> Fits:
        """Give each offer the reach of the narrowest of its regions that the seeker lies in."""
        fits, code = np.zeros(self.size), values.get("region")
        line = regions.ancestors(code) if isinstance(code, str) else ()
        for upper in reversed(line):
            fits[self.serving.get(upper, _NOBODY)] = REACH[regions.region(upper).level]
        return fits


@dataclass(frozen=True, slots=True)
class IndustryFitting:
    """`industry_fit`: offers by the industries that they focus on, and by all that these lie within."""

    size: int
    focused: Posted
    near: Posted

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "IndustryFitting":
        """Post each offer under its industries, and under those above them."""
        lines = [(industries.ancestors(code), place) for place, one in enumerate(offers) for code in one.industry_focus]
        focused = _posted((line[0], place) for line, place in lines)
        return cls(len(offers), focused, _posted((code, place) for line, place in lines for code in line))

    def fits(self, values: Values) -> Fits:
        """Give each offer the nearness of the deepest level shared, and all to what the seeker lies within."""
        fits, code = np.zeros(self.size), values.get("industry")
        line = industries.ancestors(code) if isinstance(code, str) else ()
        for depth, upper in enumerate(reversed(line), 1):
            fits[self.near.get(upper, _NOBODY)] = PROXIMITY_BY_DEPTH[depth]
        for upper in line:
            fits[self.focused.get(upper, _NOBODY)] = 1.0
        return fits


@dataclass(frozen=True, slots=True)
class PortfolioFitting:
    """`portfolio_fit`: funds by the industries that they have invested in and all that these lie within."""

    size: int
    held: Posted
    firms: Posted

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "PortfolioFitting":
        """Count the firms of each portfolio under every industry that they lie within."""
        return cls.over([holdings(offer) for offer in offers])

    @classmethod
    def over(cls, portfolios: Sequence[tuple[Holding, ...]]) -> "PortfolioFitting":
        """The same for portfolios by themselves."""
        counts: Counter[tuple[str, int]] = Counter()
        for place, portfolio in enumerate(portfolios):
            for item in portfolio:
                line = industries.ancestors(item.industry) if item.industry else ()
                counts.update({(code, place): item.firms for code in line})
        return cls(len(portfolios), _posted(counts), _posted((code, firms) for (code, _), firms in counts.items()))

    def fits(self, values: Values) -> Fits:
        """Give each fund the best of the levels that the seeker's industry shares with its portfolio."""
        if joint_investing.is_carrier(values):
            return np.zeros(self.size)
        return self.shares(values.get("industry"))

    def shares(self, code: Value | None) -> Fits:
        """The same for an industry (None: not known), whoever is of it."""
        fits = np.zeros(self.size)
        line = industries.ancestors(code) if isinstance(code, str) else ()
        for depth, upper in enumerate(reversed(line), 1):
            places, firms = self.held.get(upper, _NOBODY), self.firms.get(upper, _NOBODY)
            fits[places] = np.maximum(fits[places], PROXIMITY_BY_DEPTH[depth] * firms / (firms + 1))
        return fits


@dataclass(frozen=True, slots=True)
class ChainFitting:
    """`chain_fit`: demands by what they ask for, what the lead firm makes, and the divisions of both."""

    worth: Mapping[chains.ChainPosition, Fits]
    asked: Posted
    groups: Posted
    divisions: Posted

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "ChainFitting":
        """Post each demand under the industries at each level that gives a position."""
        sought = [(place, found) for place, offer in enumerate(offers) if (found := chain_sought(offer))]
        worth = {position: np.zeros(len(offers)) for position in chains.ChainPosition}
        for place, (area, _, _) in sought:
            for position, fit in chains.WORTH[area].items():
                worth[position][place] = fit
        asked = [(industries.ancestors(code), place) for place, (_, focus, _) in sought for code in focus]
        made = [(industries.ancestors(code), place) for place, (_, _, own) in sought for code in own]
        return cls(
            worth,
            _posted((line[0], place) for line, place in asked),
            _posted((line[-chains.GROUP], place) for line, place in made if len(line) >= chains.GROUP),
            _posted((line[-chains.DIVISION], place) for line, place in asked + made if len(line) >= chains.DIVISION),
        )

    def fits(self, values: Values) -> Fits:
        """Give each demand the worth of the seeker's position, the first that it has."""
        fits, code = np.zeros(len(next(iter(self.worth.values())))), values.get("industry")
        line = industries.ancestors(code) if isinstance(code, str) else ()
        if len(line) >= chains.GROUP:
            self._put(fits, chains.ChainPosition.COMPLEMENT, self.divisions, line[-chains.DIVISION])
            self._put(fits, chains.ChainPosition.SUBSTITUTE, self.groups, line[-chains.GROUP])
        for upper in line:
            self._put(fits, chains.ChainPosition.UPSTREAM, self.asked, upper)
        return fits

    def _put(self, fits: Fits, position: chains.ChainPosition, posted: Posted, code: str) -> None:
        places = posted.get(code, _NOBODY)
        fits[places] = self.worth[position][places]


@dataclass(frozen=True, slots=True)
class JointFitting:
    """`joint_fit`: funds that are open to carriers, and their portfolios."""

    open_to: Fits
    portfolios: PortfolioFitting

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "JointFitting":
        """Lay out the portfolios of the funds that carriers may ask for."""
        sought = [joint_investing.sought_of(offer) for offer in offers]
        portfolios = PortfolioFitting.over([found[1] if found else () for found in sought])
        return cls(np.array([bool(found) for found in sought], dtype=np.float64), portfolios)

    def fits(self, values: Values) -> Fits:
        """Give each such fund what the carrier brings and what of its industry the fund holds."""
        if not joint_investing.is_carrier(values):
            return np.zeros(len(self.open_to))
        held = joint_investing.OF_PORTFOLIO * self.portfolios.shares(values.get("industry"))
        return (joint_investing.own_share(values) + held) * self.open_to


@dataclass(frozen=True, slots=True)
class AmountFitting:
    """`amount_fit`: the least and the most that offers give, in 万元; no end where none is stated."""

    least: Fits
    most: Fits
    stated: NDArray[np.bool_]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "AmountFitting":
        """Lay out the amounts of offers."""
        terms = [offer.terms for offer in offers]
        return cls(
            np.array([-np.inf if one.amount_min_wan is None else float(one.amount_min_wan) for one in terms]),
            np.array([np.inf if one.amount_max_wan is None else float(one.amount_max_wan) for one in terms]),
            np.array([one.amount_min_wan is not None or one.amount_max_wan is not None for one in terms], dtype=bool),
        )

    def fits(self, values: Values) -> Fits:
        """Give each offer the share of the wanted amount that it can give, nothing where it gives no so small sum."""
        wanted = values.get("need_amount_wan")
        if not isinstance(wanted, Decimal) or wanted <= 0:
            return np.zeros(len(self.stated))
        amount = float(wanted)
        return np.minimum(self.most / amount, 1.0) * ((self.least <= amount) & self.stated)


@dataclass(frozen=True, slots=True)
class PreferenceFitting:
    """`preference_fit`: what offers favour, compiled as conditions."""

    favours: Rulebook

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "PreferenceFitting":
        """Compile the preferences of offers."""
        return cls(Rulebook.of(All(offer.preferences) for offer in offers))

    def fits(self, values: Values) -> Fits:
        """Give each offer the share of what it favours that the seeker is known to be."""
        standings = self.favours.standings(values)
        return standings.met / np.maximum(standings.sizes, 1)


COMPILED: Mapping[str, Callable[[Sequence[Offer]], Fitting]] = {
    "industry": IndustryFitting.of,
    "portfolio": PortfolioFitting.of,
    "chain": ChainFitting.of,
    "joint": JointFitting.of,
    "region": RegionFitting.of,
    "amount": AmountFitting.of,
}
"""How measures are compiled that tell many offers apart, by the measure's name."""


def fitting_of(measure: StructuredMeasure, offers: Sequence[Offer]) -> Fitting:
    """Compile a measure for offers."""
    compiled = COMPILED.get(measure.name)
    return PlainFitting(measure, offers) if compiled is None else compiled(offers)


def _posted(named: Iterable[tuple[str, int]]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for name, place in named:
        found.setdefault(name, []).append(place)
    return {name: np.array(places, dtype=np.int64) for name, places in found.items()}
