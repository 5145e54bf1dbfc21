"""How fast rules are: one seeker against many offers, one offer over a million seekers, one pack compiled.

    python -m tests.benchmarks.rules [--offers 5000] [--rows 1000000] [--repeat 25]

Offers are those of the built-in catalogue, repeated with thresholds of their own so that few conditions are shared;
seekers are drawn at random (seeded, synthetic) with three in ten values missing. The best and the median of the repeats
are told, the load of the machine beside them, and what the plain definition (`evaluation`) takes for the same.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from statistics import median
from time import perf_counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.catalogue.loader import load_catalogue, load_contents
from matcher.derivation import at_date, derive
from matcher.eligibility.columns import column_schema
from matcher.eligibility.criteria import All, AnyOf, Band, Clause, Criterion, Leaf, Not, Operator, Scored, leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.filtering import assess, met_rows, state_codes
from matcher.eligibility.rulebook import Rulebook
from matcher.eligibility.stretches import Store
from matcher.fields import Value

AT = date(2026, 11, 22)
COLUMNS = 40
PROFILE: dict[str, Value] = {
    "region": "320505",
    "industry": "2770",
    "headcount": 45,
    "founded_on": date(2023, 5, 1),
    "revenue_wan": Decimal(800),
    "rd_expense_wan": Decimal(60),
    "tech_staff": 12,
    "invention_patents": 12,
    "high_tech_enterprise": True,
    "has_overdue_loan": False,
    "collateral": ("专利",),
}
FIVE = All(
    tuple(
        Leaf(field, operator, value, field, Clause("", "", ""))
        for field, operator, value in (
            ("region", Operator.UNDER, ("320500",)),
            ("age_years", Operator.LE, Decimal(5)),
            ("revenue_wan", Operator.GE, Decimal(300)),
            ("headcount", Operator.LE, 500),
            ("high_tech_enterprise", Operator.EQ, True),
        )
    )
)
PACK_HEAD = """
documents:
  one: {title: 甲文件, date: 2021-01-02, confidence: A}
offers:
  - id: programme.jia
    kind: programme
    name: 甲
    provider: 乙
    summary: 丙
    focus: 丁
    audience: [enterprise]
    clauses: [{document: one, article: 第一条, quote: 原文}]
    criteria:
      all:
"""
PACK_LINE = (
    "        - {{field: headcount, operator: le, value: {limit}, unit: 人, label: 职工不超过{limit}人, quote: 原文}}\n"
)


def main() -> None:
    """Measure all three and print a line each."""
    parser = argparse.ArgumentParser()
    for name, default in (("offers", 5_000), ("rows", 1_000_000), ("repeat", 25)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, polars threads {pl.thread_pool_size()}")
    one_seeker(options.offers, options.repeat)
    one_offer(options.rows, options.repeat)
    one_pack(options.repeat)


def one_seeker(count: int, repeat: int) -> None:
    """One seeker against so many offers: compiled, and by the plain definition."""
    criteria = list(islice(varied(), count))
    values = at_date(derive(PROFILE), AT)
    started = perf_counter()
    book = Rulebook.of(criteria)
    compiled = perf_counter() - started
    total = sum(len(list(leaves(item))) for item in criteria)
    distinct = sum(run.size for runs in book.runs.values() for run in runs)
    print(
        f"{count} offers, {total} conditions, {distinct} distinct; compiled in",
        end=" ",
    )
    print(f"{compiled * 1000:.0f} ms")
    told("  one seeker, states and conditions", timed(lambda: book.standings(values), repeat))
    told("  one seeker, plain, with findings", timed(lambda: [evaluate(item, values) for item in criteria], 3))


def one_offer(rows: int, repeat: int) -> None:
    """One offer over so many seekers: a plain filter of five, and the offers of the catalogue with most conditions."""
    catalogue = load_catalogue().offers
    named = [item for item in catalogue.values() if item.criteria is not None]
    named.sort(key=lambda item: -len(list(leaves(item.criteria))) if item.criteria else 0)
    chosen = {item.id: item.criteria for item in (catalogue["fund.kunshan-angel"], *named[:2]) if item.criteria}
    chosen = {"a filter": FIVE, **chosen}
    store = Store(population(rows, [leaf for criterion in chosen.values() for leaf in leaves(criterion)]))
    print(f"{rows} seekers, {store.frame.width} columns")
    least = min(timed(by_hand(store), repeat))
    print(f"  five columns by hand in numpy: best {least:.2f} ms")
    for name, criterion in chosen.items():
        print(f"  {name}, {len(list(leaves(criterion)))} conditions")
        for what, judge in (("eligible", eligible), ("met", met_rows), ("states", state_codes)):
            taken = timed(partial(judge, store, criterion, AT), repeat)
            told(f"    {what} ({min(taken) / least:.1f} x by hand)", taken)


def eligible(store: Store, criterion: Criterion, at: date) -> NDArray[np.bool_]:
    """Which seekers an offer may be for."""
    return assess(store, criterion, (), at, only_eligible=True).eligible


def by_hand(store: Store) -> Callable[[], object]:
    """The filter `FIVE` as one writes it over five arrays that are laid out for it, nothing being unknown."""
    names = ("region", "founded_on", "revenue_wan", "headcount")
    region, founded, revenue, headcount = (store[name].values for name in names)
    certified = store.frame["high_tech_enterprise"].fill_null(value=False).to_numpy()

    def judged() -> object:
        place = (region >= 1000) & (region <= 1020)
        return place & (founded >= 19_000) & (revenue >= 300) & (headcount <= 500) & certified

    return judged


def one_pack(repeat: int) -> None:
    """A pack with 10 criteria, from its text to the compiled rule."""
    text = (PACK_HEAD + "".join(PACK_LINE.format(limit=100 + place) for place in range(10))).encode()
    offer = load_contents({"pack.yaml": text}).offers["programme.jia"]
    told("pack of 10 criteria: rule compiled", timed(lambda: Rulebook.of([offer.criteria]), repeat))
    told("pack of 10 criteria: text read, checked and compiled", timed(lambda: whole(text), repeat))


def whole(text: bytes) -> Rulebook:
    """From a file's bytes to the compiled rules."""
    return Rulebook.of(offer.criteria for offer in load_contents({"pack.yaml": text}).offers.values())


def varied() -> Iterator[Criterion]:
    """The catalogue's criteria over and over, each round with thresholds that no other round has."""
    given = [item.criteria for item in load_catalogue().offers.values() if item.criteria is not None]
    for turn in range(1_000_000):
        yield from (shifted(item, turn) for item in given)


def shifted(criterion: Criterion, turn: int) -> Criterion:
    """The criterion with every number raised by so many hundredths (whole numbers by so many)."""
    match criterion:
        case Leaf(value=Decimal() as limit):
            return replace(criterion, value=limit + Decimal(turn) / 100)
        case Leaf(value=int() as limit) if not isinstance(limit, bool):
            return replace(criterion, value=limit + turn)
        case All(children=children) | AnyOf(children=children):
            return replace(criterion, children=tuple(shifted(child, turn) for child in children))
        case Not(child=child):
            return replace(criterion, child=shifted(child, turn))
        case Scored(tables=tables):
            return replace(
                criterion,
                tables=tuple(
                    replace(t, bands=tuple(Band(b.points, shifted(b.when, turn)) for b in t.bands)) for t in tables
                ),
            )
    return criterion


def population(rows: int, needed: list[Leaf]) -> pl.DataFrame:
    """A synthetic column store of 40 columns (or as many as the rules need), three in ten values missing."""
    schema = column_schema()
    names = {name: None for leaf in needed for name in (leaf.field, f"{leaf.field}_valid_to") if name in schema}
    names |= dict.fromkeys(("founded_on", "age_years", "region", "industry"))
    more = (name for name in schema if name not in names and not isinstance(schema[name], pl.List | pl.String))
    chosen = [*names, *islice(more, max(0, COLUMNS - len(names)))]
    generator = np.random.default_rng(7)
    return pl.DataFrame([drawn(name, schema[name], rows, generator) for name in chosen])


def drawn(name: str, dtype: pl.DataType, rows: int, generator: np.random.Generator) -> pl.Series:
    """One column of random values of its type, three in ten missing."""
    if isinstance(dtype, pl.Enum):
        places = pl.Series(generator.integers(0, len(dtype.categories), rows))
        series = dtype.categories.gather(places).cast(dtype).alias(name)
    elif dtype == pl.Boolean():
        series = pl.Series(name, generator.random(rows) < 0.5)
    elif dtype == pl.Date():
        series = pl.Series(name, generator.integers(12_000, 21_000, rows).astype("int32")).cast(pl.Date)
    else:
        series = pl.Series(name, np.round(generator.random(rows) * 1000, 2)).cast(dtype, strict=False)
    known = pl.Series(generator.random(rows) >= 0.3)
    return series.to_frame().select(pl.when(known).then(pl.col(name)).alias(name)).to_series()


def timed(work: Callable[[], object], repeat: int) -> list[float]:
    """Milliseconds of each repeat, after one that is not counted."""
    work()
    taken = []
    for _ in range(repeat):
        started = perf_counter()
        work()
        taken.append((perf_counter() - started) * 1000)
    return taken


def told(what: str, taken: list[float]) -> None:
    """One line: the best and the median."""
    print(f"{what}: best {min(taken):.2f} ms, median {median(taken):.2f} ms of {len(taken)}")


if __name__ == "__main__":
    main()
