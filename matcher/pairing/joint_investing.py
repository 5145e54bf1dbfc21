"""A carrier beside a fund (选投合作、子基金合作): what of a carrier speaks for investing together.

工信厅联企业函〔2019〕92号 二（一） has national funds agree with 创新创业特色载体 on choosing projects together (选投)
and on sub-funds (子基金); 一（三） gives the carriers of professional capital the means. What each part is worth is an
assumption.
"""

from collections.abc import Mapping
from decimal import Decimal

from matcher.fields import PartyKind
from matcher.offers import Holding, Offer, OfferKind
from matcher.parties import Values

READS = ("carrier_kind", "incubated_firms", "incubation_fund_wan", "industry")
"""The fields of a carrier that count."""
KINDS: Mapping[str, float] = {"专业资本集聚型特色载体": 1.0, "大中小企业融通型特色载体": 0.75}
"""How far a kind of carrier is meant by the text, 0 to 1; the others are not named."""
OF_KIND, OF_FIRMS, OF_FUND, OF_PORTFOLIO = 0.4, 0.2, 0.2, 0.2
"""What the kind, firms to choose from, money of its own and the fund's portfolio in its industry are worth."""

Sought = tuple[str, tuple[Holding, ...]]
"""What a fund says of carriers: that it is open to them, and its portfolio."""


def sought_of(offer: Offer) -> Sought | tuple[()]:
    """What a fund says of carriers; nothing for one that they may not ask for or that takes security."""
    if offer.kind is not OfferKind.FUND or PartyKind.CARRIER not in offer.audience:
        return ()
    secured = offer.terms.secured_by or offer.terms.guarantee_modes
    return () if secured else ("joint", offer.portfolio)


def is_carrier(values: Values) -> bool:
    """Whether values are a carrier's whose kind is known: beside a fund it is measured here, not by its industry."""
    return "carrier_kind" in values


def own_share(values: Values) -> float:
    """What of a carrier alone speaks for it, 0 to `OF_KIND + OF_FIRMS + OF_FUND`."""
    kind, firms, fund = (values.get(code) for code in READS[:3])
    share = OF_KIND * KINDS.get(str(kind), 0.0)
    share += OF_FIRMS * (isinstance(firms, int) and firms > 0)
    share += OF_FUND * (isinstance(fund, Decimal) and fund > 0)
    return share


def own_words(values: Values) -> list[str]:
    """The same in Chinese."""
    kind, firms, fund = (values.get(code) for code in READS[:3])
    said = [f"{kind}，可议项目选投、子基金合作"] if kind in KINDS else []
    if isinstance(firms, int) and firms > 0:
        said.append(f"有在孵企业 {firms} 家可供选投")
    if isinstance(fund, Decimal) and fund > 0:
        said.append(f"有孵化资金 {fund.normalize():f} 万元")
    return said
