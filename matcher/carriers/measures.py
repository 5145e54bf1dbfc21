"""What a carrier is measured by (评价指标): dimensions of indicators, read from a file, the same for each of its years.

The six dimensions are those of 工信厅联企业函〔2019〕92号 三（三）; the two special kinds have three of their own. No
source states indicators, full marks or weights below them, so a file declares each as a clause or as an assumption,
and a province replaces the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files

from matcher.carriers.facts import COMPUTED
from matcher.catalogue.carrier_kinds import load_carrier_kinds
from matcher.catalogue.entry import Entry, collected
from matcher.catalogue.files import read_file
from matcher.dealflow.parts import BASIS_KEYS, known, known_all, read_amount, read_basis
from matcher.dealflow.pipeline import Basis
from matcher.declarations.registry import REGISTRY
from matcher.fields import FieldType, PartyKind

FIRST_YEAR = 2018
"""No year before is measured: 财建〔2018〕408号 began it."""
_LAST_YEAR = 2200
_NUMBERS = frozenset({FieldType.COUNT, FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER})


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator (指标): its value in `unit` gives no mark at `zero`, the whole mark at `full`, in between in step.

    `full` below `zero` means that less is better. The value comes from the carrier's `field`, from what the platform's
    records give (`computed`, a code of `matcher.carriers.facts`), or, with neither, from who enters it.
    """

    id: str
    label: str
    unit: str
    weight: Decimal
    zero: Decimal
    full: Decimal
    field: str
    computed: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension (维度) and its weight; `kinds` are the carrier kinds that it is for, none for all."""

    name: str
    weight: Decimal
    kinds: frozenset[str]
    indicators: tuple[Indicator, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Measures:
    """A set of measures (评价办法): its dimensions, the version of its file, the first year that it is for."""

    id: str
    name: str
    province: str
    dimensions: tuple[Dimension, ...]
    version: str
    since: int = FIRST_YEAR

    def for_kind(self, kind: str) -> tuple[Dimension, ...]:
        """The dimensions for a kind of carrier; for an unknown kind ("") only those that are for all."""
        return tuple(item for item in self.dimensions if not item.kinds or kind in item.kinds)

    def indicators(self) -> Iterator[Indicator]:
        """Every indicator, in the order of the file."""
        for dimension in self.dimensions:
            yield from dimension.indicators


@cache
def built_in_measures() -> Measures:
    """The built-in measures. Raises `InvalidCatalogue`."""
    return read_measures("measures.yaml", built_in_content())


@cache
def built_in_content() -> bytes:
    """The file of the built-in measures: what a province begins its own with."""
    return files("matcher.carriers").joinpath("measures.yaml").read_bytes()


def read_measures(name: str, content: bytes) -> Measures:
    """Read measures from a file's bytes; `name` is for messages. Raises `InvalidCatalogue`."""
    entry = Entry(name, read_file(name, content))
    entry.only("id", "name", "province", "since", "dimensions")
    entry.require("id", "name", "dimensions")
    dimensions = collected(_dimension, entry.children("dimensions"))
    _require_known(entry, dimensions)
    version = sha256(content).hexdigest()[:16]
    return Measures(entry.text("id"), entry.text("name"), entry.text("province"), dimensions, version, _since(entry))


def _since(entry: Entry) -> int:
    """The first year that the measures are for; the first that is measured where the file names none."""
    year = entry.count("since")
    if year is None:
        return FIRST_YEAR
    if not FIRST_YEAR <= year <= _LAST_YEAR:
        raise entry.fault(f"since 为 {year}", f"{FIRST_YEAR} 至 {_LAST_YEAR} 的年度", "改正年度，或删去 since", "since")
    return year


def _require_known(entry: Entry, dimensions: tuple[Dimension, ...]) -> None:
    """Six dimensions for all, those of the special kinds for these alone, no dimension of a kind or indicator twice."""
    general = {item.name for item in dimensions if not item.kinds}
    missing = [name for name in load_carrier_kinds().dimensions if name not in general]
    if missing:
        raise entry.fault(f"缺少维度 {'、'.join(missing)}", "文件所列六个方面", "补上该维度", "dimensions")
    for kind in ("", *(item.name for item in load_carrier_kinds().kinds)):
        names = [item.name for item in dimensions if not item.kinds or kind in item.kinds]
        if len(set(names)) != len(names):
            raise entry.fault("同一类载体有重复的维度", "每个维度写一次", "合并或删去一处", "dimensions")
    ids = [indicator.id for item in dimensions for indicator in item.indicators]
    if len(set(ids)) != len(ids):
        raise entry.fault("指标有重复的 id", "各不相同的 id", "改名或删去一处", "dimensions")


def _dimension(entry: Entry) -> Dimension:
    entry.only("name", "weight", "kinds", "indicators", *BASIS_KEYS)
    entry.require("name", "weight", "indicators")
    kinds = load_carrier_kinds().kinds
    named = frozenset(known_all(entry, "kinds", [kind.name for kind in kinds]))
    allowed: Mapping[str, object] = dict.fromkeys(
        [name for kind in kinds if kind.name in named for name in kind.assessment]
        if named
        else load_carrier_kinds().dimensions
    )
    return Dimension(
        known(entry, "name", allowed),
        _positive(entry, "weight"),
        named,
        collected(_indicator, entry.children("indicators")),
        read_basis(entry),
    )


def _indicator(entry: Entry) -> Indicator:
    entry.only("id", "label", "unit", "weight", "zero", "full", "field", "computed", *BASIS_KEYS)
    entry.require("id", "label", "unit", "weight")
    zero, full = read_amount(entry, "zero") if "zero" in entry.data else Decimal(0), read_amount(entry, "full")
    if zero == full:
        raise entry.fault("zero 与 full 相同", "不同的两个数", "改正其中之一", "full")
    if "field" in entry.data and "computed" in entry.data:
        raise entry.fault("field 与 computed 都有", "其中之一", "删去一项", "field")
    numbers = [item.code for item in REGISTRY.of_kind(PartyKind.CARRIER) if item.type in _NUMBERS]
    return Indicator(
        entry.text("id"),
        entry.text("label"),
        entry.text("unit"),
        _positive(entry, "weight"),
        zero,
        full,
        known(entry, "field", numbers) if "field" in entry.data else "",
        known(entry, "computed", COMPUTED) if "computed" in entry.data else "",
        read_basis(entry),
    )


def _positive(entry: Entry, key: str) -> Decimal:
    amount = read_amount(entry, key)
    if not amount:
        raise entry.fault(f"{key} 为 0", "大于 0 的数", "改正，或删去该项", key)
    return amount
