"""A synthetic shelf of offers for measuring: the built-in catalogue varied, from a fixed seed, each marked synthetic.

Amounts, thresholds, regions, providers and names change from one variation to the next, as those of real platforms do:
a region is one of the cities of GB/T 2260, the same in the offer's name, its service area and its criteria.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from random import Random

from matcher.catalogue.loader import load_catalogue
from matcher.eligibility.criteria import All, AnyOf, Band, Criterion, Leaf, Not, Operator, Scored
from matcher.offers import Offer, Terms
from matcher.taxonomy import regions
from matcher.taxonomy.regions import RegionLevel

_FACTORS = tuple(Decimal(text) for text in ("0.3", "0.5", "0.8", "1", "1", "1.2", "1.5", "2", "3", "5"))


@dataclass(frozen=True, slots=True)
class _Variation:
    """What one variation changes: the city, the factor of all amounts, and the one of all thresholds."""

    number: int
    city: regions.Region
    amount: Decimal
    threshold: Decimal


def varied_offers(count: int, *, tenant: str = "local", seed: int = 20261122) -> tuple[Offer, ...]:
    """So many synthetic offers: every offer of the catalogue once varied, then each once more, and so on."""
    return tuple(islice(_endless(tenant, seed), count))


def _endless(tenant: str, seed: int) -> Iterator[Offer]:
    given = [item for item in load_catalogue().offers.values() if item.effective_to is None]
    cities = [one for code in regions.all_codes() if (one := regions.region(code)).level is not RegionLevel.PROVINCE]
    chance = Random(seed)
    number = 0
    while True:
        for item in given:
            number += 1
            change = _Variation(number, chance.choice(cities), chance.choice(_FACTORS), chance.choice(_FACTORS))
            yield _varied(item, change, tenant)


def _varied(item: Offer, change: _Variation, tenant: str) -> Offer:
    place = change.city.name
    return replace(
        item,
        id=f"synthetic.{change.number}",
        name=f"{place}{item.name}",
        provider=f"{place}{item.provider}",
        summary=f"{item.summary}（模拟数据，{place}）",
        criteria=None if item.criteria is None else _criterion(item.criteria, change),
        preferences=tuple(_leaf(one, change) for one in item.preferences),
        terms=_terms(item.terms, change),
        service_regions=(change.city.code,) if item.service_regions else (),
        tenant=tenant,
        synthetic=True,
        series="",
    )


def _terms(terms: Terms, change: _Variation) -> Terms:
    least, most = terms.amount_min_wan, terms.amount_max_wan
    return replace(
        terms,
        amount_min_wan=None if least is None else _rounded(least * change.amount),
        amount_max_wan=None if most is None else _rounded(most * change.amount),
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1)) if amount >= 10 else amount.quantize(Decimal("0.1"))


def _leaf(one: Leaf, change: _Variation) -> Leaf:
    if one.operator is Operator.UNDER and one.field == "region":
        return replace(one, value=(change.city.code,), label=f"在{change.city.name}")
    if isinstance(one.value, Decimal):
        return replace(one, value=(one.value * change.threshold).quantize(Decimal("0.01")))
    if isinstance(one.value, int) and not isinstance(one.value, bool) and one.value > 1:
        return replace(one, value=max(1, int(one.value * change.threshold)))
    return one


def _criterion(criterion: Criterion, change: _Variation) -> Criterion:
    match criterion:
        case Leaf():
            return _leaf(criterion, change)
        case Not(child=child):
            return replace(criterion, child=_criterion(child, change))
        case All(children=children) | AnyOf(children=children):
            return replace(criterion, children=tuple(_criterion(child, change) for child in children))
        case Scored(tables=tables):
            bands = [tuple(Band(one.points, _criterion(one.when, change)) for one in table.bands) for table in tables]
            varied = zip(tables, bands, strict=True)
            return replace(criterion, tables=tuple(replace(table, bands=found) for table, found in varied))
