"""A small world whose right answers are known: three trades, three cities, one offer a trade and city, and traps."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from matcher.derivation import derive
from matcher.eligibility.columns import Row, column_frame
from matcher.eligibility.criteria import All, Clause, Criterion, Leaf, Operator
from matcher.fields import PartyKind, Value
from matcher.needs import Seeker
from matcher.offers import Offer, OfferKind
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.prospecting import SeekerSegment, SeekerShelf
from matcher.pairing.recall import Shelf
from matcher.pairing.texts import offer_text, party_text
from tests.fakes.brute_force import BruteVectors
from tests.fakes.search import PlainLexical, WordEncoder

AT = date(2026, 11, 22)
CLAUSE = Clause("测试办法", "第一条", "原文")
TRADES = {"诊断": "诊断 试剂 抗体", "物流": "物流 运输 仓储", "软件": "软件 数据 平台"}
CITIES = {"苏州": "320500", "杭州": "330100", "成都": "510100"}
ENCODER = WordEncoder()


def leaf(field: str, operator: Operator, value: Value | None, label: str = "条件") -> Leaf:
    return Leaf(field, operator, value, label, CLAUSE)


def offer(identifier: str, focus: str, criteria: Criterion | None = None, **more: object) -> Offer:
    given: dict[str, object] = {
        "kind": OfferKind.LOAN,
        "name": identifier,
        "provider": identifier,
        "summary": "",
        "focus": focus,
        "audience": frozenset({PartyKind.ENTERPRISE}),
        "clauses": (CLAUSE,),
        "criteria": criteria,
        **more,
    }
    return Offer(id=identifier, **given)  # type: ignore[arg-type]


def seeker(identifier: str, text: str, **values: Value) -> Seeker:
    return Seeker(PartyKind.ENTERPRISE, {"main_business": text, **values}, text, id=identifier, name=identifier)


def checkerboard() -> tuple[list[Offer], list[Seeker]]:
    """One offer and one seeker a trade and city; each seeker's best offer has its own trade and city."""
    offers = [
        offer(
            f"{trade}-{city}",
            words,
            All((leaf("region", Operator.UNDER, (code,), f"在{city}"), leaf("age_years", Operator.LE, Decimal(5)))),
            service_regions=(code,),
            kind=OfferKind.PROCUREMENT,
        )
        for trade, words in TRADES.items()
        for city, code in CITIES.items()
    ]
    seekers = [
        seeker(f"{trade}-{city}-企业", words, region=code, founded_on=date(2023, 1, 1))
        for trade, words in TRADES.items()
        for city, code in CITIES.items()
    ]
    return offers, seekers


def offer_shelf(offers: list[Offer]) -> OfferShelf:
    texts = [offer_text(item) for item in offers]
    shelf = Shelf(ENCODER, BruteVectors(ENCODER.encode(texts)), PlainLexical(texts))
    return OfferShelf.of(offers, shelf)


def seeker_shelf(seekers: list[Seeker], segments: int = 1) -> SeekerShelf:
    """The seekers under the keys 1 to n, dealt out over so many segments."""
    by_key = dict(enumerate(seekers, 1))
    dealt = [dict(list(by_key.items())[place::segments]) for place in range(segments)]
    parts = [segment(part) for part in dealt]
    return SeekerShelf(parts, lambda wanted: {key: by_key[key] for key in wanted})


def segment(seekers: Mapping[int, Seeker]) -> SeekerSegment:
    """One segment of seekers by key."""
    rows = [Row(key, "local", item.kind, derive(item.values)) for key, item in seekers.items()]
    texts = [party_text(row.kind, row.values) for row in rows]
    shelf = Shelf(ENCODER, BruteVectors(ENCODER.encode(texts)), PlainLexical(texts))
    return SeekerSegment(column_frame(rows), shelf)
