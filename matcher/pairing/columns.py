"""Points for a whole column of seekers and one offer (批量打分), equal to `assembling` pair by pair."""

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.derivation import REAL_ESTATE
from matcher.eligibility.bits import Flags, unpacked
from matcher.eligibility.column_types import dictionary
from matcher.eligibility.criteria import conditions
from matcher.eligibility.filtering import Assessment
from matcher.eligibility.lines import within
from matcher.eligibility.stretches import Store
from matcher.offers import Holding, Offer
from matcher.pairing import chains, joint_investing
from matcher.pairing.measures import (
    PLEDGES,
    REACH,
    STRUCTURED,
    UNSECURED,
    StructuredMeasure,
    holdings,
    industry_share,
    portfolio_share,
)
from matcher.pairing.ports import Positions
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring
from matcher.taxonomy.regions import region

Points = NDArray[np.int64]
_ESTATE = "has_real_estate_collateral"
_FREE = 0.8


def points(store: Store, recalled: Recalled, judged: Assessment, offer: Offer, scoring: Scoring) -> Points:
    """The scores of the m seekers at the positions `recalled.keys` of a store, in hundredths of a point (m,).

    A measure that sees nothing of the offer brings nothing, and is not looked up seeker by seeker.
    """
    at = recalled.keys
    parts = {
        "semantic": scoring.hundredths("semantic", scoring.semantic(recalled.semantic)),
        "lexical": scoring.hundredths("lexical", scoring.lexical(recalled.lexical)),
        "preference": _shares("preference", judged.favoured[at], len(offer.preferences), scoring),
        "completeness": _shares("completeness", judged.decided[at], len(conditions(offer.criteria)), scoring),
    }
    asked = (item for item in STRUCTURED if item.sees(offer) != ())
    parts |= {item.name: _structured(store, at, item, offer, scoring) for item in asked}
    total = parts.pop("semantic")
    for part in parts.values():
        total += part
    return total


def _shares(name: str, hits: NDArray[np.uint8], of: int, scoring: Scoring) -> Points:
    """The points of so many out of `of`; none where nothing is asked."""
    shares = np.arange(max(of, 1) + 1) / of if of else np.zeros(2)
    return scoring.hundredths(name, shares)[hits]


def _structured(store: Store, at: Positions, item: StructuredMeasure, offer: Offer, scoring: Scoring) -> Points:
    """The points of a measure over known fields."""
    if not any(name in store.names for name in item.reads):
        return np.zeros(len(at), dtype=np.int64)
    many = _MANY.get(item.name)
    if many is not None:
        return scoring.hundredths(item.name, many(store, at, offer))
    return _by_code(store, at, item, offer, scoring)


def _by_code(store: Store, at: Positions, item: StructuredMeasure, offer: Offer, scoring: Scoring) -> Points:
    """The points of a measure that reads one place or industry, taken once for each code there is."""
    (field,) = item.reads
    fits = _fits(item.name, item.sees(offer))
    return scoring.hundredths(item.name, fits)[_codes(store, field, at, len(fits) - 1)]


def _codes(store: Store, field: str, at: Positions, unknown: int) -> Positions:
    """The places of codes in the dictionary of a field, and `unknown` for those that are not known."""
    if field not in store.names:
        return np.full(len(at), unknown)
    return np.where(_known(store, field, at), store[field].values[at], unknown)


@lru_cache(maxsize=4_096)
def _fits(measure: str, seen: Hashable) -> NDArray[np.float64]:
    """The fit of every code of the dictionary for what a measure sees of an offer, and last of one not known: nothing.

    Kept from one share of the seekers to the next, and for all offers that say the same.
    """
    asked = seen if isinstance(seen, tuple) else ()
    return np.append(_FITS[measure](asked), 0.0)


def _industries(focus: tuple[str, ...]) -> NDArray[np.float64]:
    codes = dictionary(REGISTRY["industry"])
    return np.array([industry_share(code, focus) for code in codes]) if focus else np.zeros(len(codes))


def _portfolios(portfolio: tuple[Holding, ...]) -> NDArray[np.float64]:
    codes = dictionary(REGISTRY["industry"])
    return np.array([portfolio_share(code, portfolio)[0] for code in codes]) if portfolio else np.zeros(len(codes))


def _chains(sought: tuple[Any, ...]) -> NDArray[np.float64]:
    codes = dictionary(REGISTRY["industry"])
    return np.array([chains.chain_share(code, sought) for code in codes]) if sought else np.zeros(len(codes))


def _regions(served: tuple[str, ...]) -> NDArray[np.float64]:
    field = REGISTRY["region"]
    fits = np.zeros(len(dictionary(field)))
    for one in served:
        np.maximum(fits, REACH[region(one).level] * within(field, (one,)), out=fits)
    return fits


_FITS: Mapping[str, Callable[[tuple[Any, ...]], NDArray[np.float64]]] = {
    "industry": _industries,
    "portfolio": _portfolios,
    "chain": _chains,
    "region": _regions,
}


def _held_shares(store: Store, at: Positions, portfolio: tuple[Holding, ...]) -> NDArray[np.float64]:
    fits = _fits("portfolio", portfolio)
    return fits[_codes(store, "industry", at, len(fits) - 1)]


def _are_carriers(store: Store, at: Positions) -> Flags:
    known = "carrier_kind" in store.names
    return _known(store, "carrier_kind", at) if known else np.zeros(len(at), dtype=np.bool_)


def _held(store: Store, at: Positions, offer: Offer) -> NDArray[np.float64]:
    """`measures.portfolio_fit` of many: by industry, but for carriers, which `_joint` measures."""
    found = holdings(offer)
    return np.where(_are_carriers(store, at), 0.0, _held_shares(store, at, found)) if found else np.zeros(len(at))


def _joint(store: Store, at: Positions, offer: Offer) -> NDArray[np.float64]:
    """`measures.joint_fit` of many."""
    sought, carriers = joint_investing.sought_of(offer), _are_carriers(store, at)
    if not sought or not carriers.any():
        return np.zeros(len(at))
    worth = np.array([joint_investing.KINDS.get(kind, 0.0) for kind in dictionary(REGISTRY["carrier_kind"])] + [0.0])
    fits = joint_investing.OF_KIND * worth[_codes(store, "carrier_kind", at, len(worth) - 1)]
    parts = ((joint_investing.OF_FIRMS, "incubated_firms"), (joint_investing.OF_FUND, "incubation_fund_wan"))
    for share, name in parts:
        if name in store.names:
            fits += share * (_known(store, name, at) & (store[name].values[at] > 0))
    fits += joint_investing.OF_PORTFOLIO * _held_shares(store, at, sought[1])
    return np.where(carriers, fits, 0.0)


def _amounts(store: Store, at: Positions, offer: Offer) -> NDArray[np.float64]:
    """`measures.amount_fit` of many: amounts are too many to be told apart one by one."""
    least, most = offer.terms.amount_min_wan, offer.terms.amount_max_wan
    if least is None and most is None:
        return np.zeros(len(at))
    wanted = np.where(_known(store, "need_amount_wan", at), store["need_amount_wan"].values[at], 0.0)
    enough = wanted > 0 if least is None else (wanted > 0) & (wanted >= float(least))
    if most is None:
        return enough.astype(np.float64)
    shares = np.divide(float(most), wanted, out=np.zeros(len(at)), where=enough)
    fits: NDArray[np.float64] = np.minimum(shares, 1.0)
    return fits


def _securities(store: Store, at: Positions, offer: Offer) -> NDArray[np.float64]:
    """`measures.security_fit` of many: what they hold of what the offer takes, or that it asks for nothing."""
    taken, unsecured = set(offer.terms.secured_by), UNSECURED in offer.terms.guarantee_modes
    usable = np.zeros(len(at), dtype=np.bool_)
    asked = sum(1 << place for place, item in enumerate(dictionary(REGISTRY["collateral"])) if item in taken)
    if asked and "collateral" in store.names:
        usable |= _known(store, "collateral", at) & ((store["collateral"].values[at] & np.uint32(asked)) != 0)
    for name in (code for pledge in taken & set(PLEDGES) for code in PLEDGES[pledge] if code in store.names):
        usable |= _known(store, name, at) & (store[name].values[at] != 0)
    fits = usable.astype(np.float64)
    if _ESTATE in store.names and (unsecured or taken & REAL_ESTATE):
        has, known = _flags(store, _ESTATE, at), _known(store, _ESTATE, at)
        fits[known & has & bool(taken & REAL_ESTATE)] = 1.0
        fits[known & ~has & (fits == 0) & unsecured] = _FREE
    return fits


def _flags(store: Store, name: str, at: Positions) -> Flags:
    column = store[name]
    return unpacked(column.bits, column.offset + column.size)[column.offset :][at]


def _known(store: Store, name: str, at: Positions) -> Flags:
    column = store[name]
    if column.validity is None:
        return np.ones(len(at), dtype=np.bool_)
    return unpacked(column.validity, column.offset + column.size)[column.offset :][at]


_MANY: Mapping[str, Callable[[Store, Positions, Offer], NDArray[np.float64]]] = {
    "portfolio": _held,
    "joint": _joint,
    "amount": _amounts,
    "security": _securities,
}
"""The measures that many values bear on, for arrays; held equal to those of a pair by a property test."""
