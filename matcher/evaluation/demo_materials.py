"""What the demonstration world is made of (演示素材): trades, places, brand words. All of it is invented.

Nothing here is drawn from a real firm; the trades only borrow codes and names from GB/T 4754-2017 and GB/T 2260.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random

from matcher.catalogue.entry import Entry
from matcher.catalogue.files import read_file
from matcher.eligibility.criteria import Clause
from matcher.fields import PartyKind, Value
from matcher.parties import Fact, Party
from matcher.taxonomy.credit_codes import check_character, organisation_check_character

Draft = dict[str, Value]
"""Values of an invented party while it is put together, by field code."""

SOURCE = "演示数据（虚构）"
"""The source of every fact, clause and offer of the demonstration world."""
OBSERVED = date(2026, 11, 1)
"""The day on which the demonstration world stands still."""
PREFIX = "演示·"
"""The beginning of every invented name, so that none can be taken for a real one."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business (行当): its GB/T 4754 class, what it makes, for whom, what it buys from whom.

    `rd` (high, middle, low, none) and `ip` (patent, software, trademark, none) say how inventive it is and what it
    protects; `regions` are the code prefixes that it is bound to, empty for anywhere.
    """

    key: str
    label: str
    industry: str
    suffix: str
    products: tuple[str, ...]
    customers: tuple[str, ...]
    inputs: tuple[str, ...]
    suppliers: tuple[str, ...]
    rd: str
    ip: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where invented parties are: GB/T 2260 code, short name, development zone or empty."""

    region: str
    name: str
    zone: str
    weight: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the rest of an enterprise follows from; money in 万元, shares in %."""

    line: Trade
    where: Place
    founded_on: date
    heads: int
    revenue: float
    rd_share: float
    products: tuple[str, ...]

    @property
    def age(self) -> float:
        """Years since the founding."""
        return (OBSERVED - self.founded_on).days / 365.25


@cache
def trades() -> tuple[Trade, ...]:
    """Every line of business of the demonstration world."""
    return tuple(
        Trade(
            key=entry.text("key"),
            label=entry.text("label"),
            industry=entry.text("industry"),
            suffix=entry.text("suffix"),
            products=entry.texts("products"),
            customers=entry.texts("customers"),
            inputs=entry.texts("inputs"),
            suppliers=entry.texts("suppliers"),
            rd=entry.text("rd"),
            ip=entry.text("ip"),
            regions=entry.texts("regions"),
        )
        for entry in _file("demo_trades.yaml").children("trades")
    )


@cache
def places() -> tuple[Place, ...]:
    """Every place of the demonstration world."""
    return tuple(
        Place(entry.text("region"), entry.text("name"), entry.text("zone"), entry.count("weight") or 1)
        for entry in _file("demo_places.yaml").children("places")
    )


@cache
def _brands() -> tuple[str, ...]:
    return _file("demo_brands.yaml").texts("brands")


def _file(name: str) -> Entry:
    return Entry(name, dict(read_file(name, files("matcher.evaluation").joinpath(name).read_bytes())))


def source_of_chance(seed: int, *names: str | int) -> Random:
    """A generator of its own for each thing, so that asking for more of one kind changes none of the others."""
    return Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311 - invented data, not a secret


def trade(chance: Random, where: Place) -> Trade:
    """A line of business that can be found in a place."""
    return chance.choice([item for item in trades() if not item.regions or where.region.startswith(item.regions)])


def place(chance: Random) -> Place:
    """A place, the likelier the heavier it weighs."""
    return chance.choices(places(), [item.weight for item in places()])[0]


def brand(number: int) -> str:
    """A brand word, each once before any is used with a second one."""
    words = _brands()
    first, again = words[number % len(words)], number // len(words)
    return first if again == 0 else first + words[(number + again * 7) % len(words)]


def credit_code(series: int, number: int) -> str:
    """A unified social credit code that passes both checks, in a form that no registry gives out (DEM + series).

    The organisation part begins with DEM; the registering office is 000000, which no place has.
    """
    organisation = f"DEM{series}{number:04d}"
    first = f"91000000{organisation}{organisation_check_character(organisation)}"
    return first + check_character(first)


def whole(number: float) -> Decimal:
    """A number as whole units."""
    return Decimal(round(number))


def clause(words: str) -> Clause:
    """The clause of an invented condition; it says that it is invented."""
    return Clause(SOURCE, "", words)


def party(identifier: str, kind: PartyKind, values: Mapping[str, Value]) -> Party:
    """An invented party whose every fact says so."""
    return Party(
        id=identifier,
        kind=kind,
        name=str(values["name"]),
        facts={code: Fact(value, SOURCE, OBSERVED) for code, value in values.items()},
        tenant="",
        source=SOURCE,
        observed_on=OBSERVED,
        synthetic=True,
    )
