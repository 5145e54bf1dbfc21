"""Measures (匹配特征): how well a seeker and an offer fit in one respect, 0 to 1, or None where it is not known.

A measure reads few fields and says which, so that a column of a million seekers is measured once per distinct value.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.comparison import place_in_tree
from matcher.eligibility.gaps import plain, show
from matcher.eligibility.results import State
from matcher.offers import OFFER_KIND_LABELS, Holding, Offer, OfferKind
from matcher.pairing import chains, joint_investing
from matcher.parties import Values
from matcher.taxonomy import industries, regions
from matcher.taxonomy.industries import PROXIMITY_BY_DEPTH
from matcher.taxonomy.regions import RegionLevel


@dataclass(frozen=True, slots=True)
class Measure:
    """A fit between 0 and 1, and the Chinese words that say why."""

    value: float
    evidence: str


@dataclass(frozen=True, slots=True)
class StructuredMeasure:
    """A measure over known fields: its name among the contributions, the fields it reads, and how it is taken.

    `sees` is all of an offer that the measure depends on: of offers with the same it is taken once.
    """

    name: str
    reads: tuple[str, ...]
    take: Callable[[Values, Offer], Measure | None]
    sees: Callable[[Offer], Hashable]


def industry_fit(values: Values, offer: Offer) -> Measure | None:
    """Nearness in the GB/T 4754 tree of the seeker's industry to those that the offer focuses on."""
    code = values.get("industry")
    if not isinstance(code, str) or not offer.industry_focus:
        return None
    if _within_focus(code, offer.industry_focus):
        return Measure(1.0, f"行业“{industries.industry(code).name}”属于支持方向")
    near = industry_share(code, offer.industry_focus)
    return Measure(near, f"行业“{industries.industry(code).name}”与支持方向相邻" if near > 0 else "")


def industry_share(code: str, focus: tuple[str, ...]) -> float:
    """`industry_fit` of one industry for what is focused on, as a number; nothing where there is no focus."""
    if _within_focus(code, focus):
        return 1.0
    return max((industries.proximity(code, one) for one in focus), default=0.0)


def _within_focus(code: str, focus: tuple[str, ...]) -> bool:
    return place_in_tree("industry", code, focus) is State.MET


def portfolio_fit(values: Values, offer: Offer) -> Measure | None:
    """How near the seeker's industry is to what a fund has invested in, and how many firms say so.

    Of an offer that takes security nothing is said: what it asks for is not a business that it knows. A carrier is
    measured by `joint_fit`.
    """
    code = values.get("industry")
    if not isinstance(code, str) or not holdings(offer) or joint_investing.is_carrier(values):
        return None
    fit, shared, firms = portfolio_share(code, offer.portfolio)
    return Measure(fit, invested_words(shared, firms))


def invested_words(shared: str, firms: int) -> str:
    """That a fund has invested in so many firms of an industry, in Chinese; empty where it has in none."""
    return f"该基金已投 {firms} 家“{industries.industry(shared).name}”企业" if shared else ""


def holdings(offer: Offer) -> tuple[Holding, ...]:
    """What of an offer's portfolio counts: all of it, or nothing where the offer is measured by security instead."""
    return () if offer.terms.secured_by or offer.terms.guarantee_modes else offer.portfolio


def portfolio_share(code: str, portfolio: tuple[Holding, ...]) -> tuple[float, str, int]:
    """The best fit of an industry over the levels of the tree, the industry at that level, its firms in the portfolio.

    At a level it is the level's nearness, times n / (n + 1) for n firms: one firm may be chance, six are a direction.
    """
    best = (0.0, "", 0)
    for depth, upper in enumerate(reversed(industries.ancestors(code)), 1):
        firms = sum(x.firms for x in portfolio if x.industry and industries.is_under(x.industry, (upper,)))
        best = max(best, (PROXIMITY_BY_DEPTH[depth] * firms / (firms + 1), upper, firms), key=lambda found: found[0])
    return best


def chain_fit(values: Values, offer: Offer) -> Measure | None:
    """What the seeker would be in the chain of a lead firm with a demand (`chains`); None where nothing is asked."""
    code, sought = values.get("industry"), chain_sought(offer)
    if not isinstance(code, str) or not sought:
        return None
    return Measure(chains.chain_share(code, sought), chains.chain_words(code, sought))


def chain_sought(offer: Offer) -> chains.Sought | tuple[()]:
    """What a demand says of chains; nothing of one with a portfolio or security, which is measured by those."""
    secured = offer.terms.secured_by or offer.terms.guarantee_modes
    return () if secured or offer.portfolio else chains.sought_of(offer)


def joint_fit(values: Values, offer: Offer) -> Measure | None:
    """What speaks for a carrier and a fund to invest together (`joint_investing`); None for anybody else."""
    sought = joint_investing.sought_of(offer)
    if not sought or not joint_investing.is_carrier(values):
        return None
    said, code = joint_investing.own_words(values), values.get("industry")
    fit, shared, firms = portfolio_share(code, sought[1]) if isinstance(code, str) else (0.0, "", 0)
    if shared:
        said.append(invested_words(shared, firms))
    return Measure(joint_investing.own_share(values) + joint_investing.OF_PORTFOLIO * fit, "；".join(said))


REACH: Mapping[RegionLevel, float] = {RegionLevel.PROVINCE: 0.7, RegionLevel.CITY: 0.9, RegionLevel.COUNTY: 1.0}
"""The fit of a service area by its level: the narrower, the better."""


def region_fit(values: Values, offer: Offer) -> Measure | None:
    """Whether the seeker lies in the served regions; the narrower the service area, the better the fit."""
    code = values.get("region")
    if not isinstance(code, str) or not offer.service_regions:
        return None
    serving = [served for served in offer.service_regions if place_in_tree("region", code, (served,)) is State.MET]
    if not serving:
        return Measure(0.0, "")
    reach = max(REACH[regions.region(served).level] for served in serving)
    return Measure(reach, f"{show(REGISTRY['region'], code)}在服务范围内")


def amount_fit(values: Values, offer: Offer) -> Measure | None:
    """How much of the wanted amount (万元) the offer can give; nothing where it is below the least amount.

    Amounts are compared to the 15 digits of a double, as they are for many offers at once.
    """
    wanted = values.get("need_amount_wan")
    most, least = offer.terms.amount_max_wan, offer.terms.amount_min_wan
    if not isinstance(wanted, Decimal) or wanted <= 0 or (most is None and least is None):
        return None
    if least is not None and float(wanted) < float(least):
        return Measure(0.0, "")
    if most is None or float(wanted) <= float(most):
        return Measure(1.0, f"所需 {plain(wanted)} 万元在额度之内")
    return Measure(float(most) / float(wanted), f"最高 {plain(most)} 万元，可满足所需 {plain(wanted)} 万元的一部分")


PLEDGES: Mapping[str, tuple[str, ...]] = {
    "专利": ("invention_patents", "utility_patents", "design_patents", "patents_total"),
    "商标": ("trademarks",),
    "著作权": ("copyrights", "software_copyrights"),
}
_PLEDGED = {code: pledge for pledge, codes in PLEDGES.items() for code in codes}
UNSECURED = "信用"
"""What counts as which security, and the way of guarantee that asks for none."""


def security_fit(values: Values, offer: Offer) -> Measure | None:
    """Whether the seeker has what the offer takes as security, or needs none where it has none."""
    terms = offer.terms
    if not terms.secured_by and not terms.guarantee_modes:
        return None
    held = _pledges(values)
    usable = [item for item in terms.secured_by if item in held]
    if usable:
        return Measure(1.0, f"有{'、'.join(usable)}，可作质押或抵押")
    if UNSECURED in terms.guarantee_modes and values.get("has_real_estate_collateral") is False:
        return Measure(0.8, "信用方式，不要求房产抵押")
    return Measure(0.0, "") if held or "has_real_estate_collateral" in values else None


def _pledges(values: Values) -> set[str]:
    collateral = values.get("collateral")
    held = set(collateral) if isinstance(collateral, tuple) else set()
    held.update(pledge for code, pledge in _PLEDGED.items() if isinstance(count := values.get(code), int) and count)
    if values.get("has_real_estate_collateral") is True:
        held |= {"房产", "土地"}
    return held


STRUCTURED: tuple[StructuredMeasure, ...] = (
    StructuredMeasure("industry", ("industry",), industry_fit, lambda offer: offer.industry_focus),
    StructuredMeasure("portfolio", ("industry",), portfolio_fit, holdings),
    StructuredMeasure("chain", ("industry",), chain_fit, chain_sought),
    StructuredMeasure("joint", joint_investing.READS, joint_fit, joint_investing.sought_of),
    StructuredMeasure("region", ("region",), region_fit, lambda offer: offer.service_regions),
    StructuredMeasure(
        "amount",
        ("need_amount_wan",),
        amount_fit,
        lambda offer: (offer.terms.amount_min_wan, offer.terms.amount_max_wan),
    ),
    StructuredMeasure(
        "security",
        ("collateral", "has_real_estate_collateral", *(code for codes in PLEDGES.values() for code in codes)),
        security_fit,
        lambda offer: (offer.terms.secured_by, offer.terms.guarantee_modes),
    ),
)
"""Every measure over known fields, in the order in which they are shown."""


def intent_fit(kinds: frozenset[OfferKind], offer: Offer) -> Measure | None:
    """Whether the offer is of a kind that was asked for in words."""
    if not kinds:
        return None
    asked = offer.kind in kinds
    return Measure(1.0, f"所求为{OFFER_KIND_LABELS[offer.kind]}") if asked else Measure(0.0, "")
