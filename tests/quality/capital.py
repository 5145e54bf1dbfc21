"""Capital finds its firms (选投匹配): real deals hidden and looked for by what was known before them.

    python -m tests.quality.capital [--data ../shared/data/startups]

The deals and self-descriptions are public and real, nothing is simulated; they are few and thin. For every fund that
had invested before, the firm of a later deal is looked for among all firms of the deals, with what was known the day
before: the fund's own words, the firms that it had invested in, and how many investors each firm had. The ranking is
the product's own (`prospecting.best_of`, `offer_points.points_of`), all of whose other measures are silent here: the
files say neither region nor industry of most firms. The other way round, the fund is looked for among all funds, as
they stood at the first of the month.
"""

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import load_encoder
from embeddings.evaluation.metrics import figure
from embeddings.lexical import LexicalIndex
from embeddings.vectors import Vectors
from matcher.eligibility.columns import Row, column_frame
from matcher.eligibility.criteria import Clause
from matcher.fields import PartyKind
from matcher.needs import Seeker
from matcher.offers import Holding, Offer, OfferKind
from matcher.pairing.offer_points import points_of
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.ports import TextEncoder
from matcher.pairing.prospecting import SeekerSegment, best_of
from matcher.pairing.recall import Shelf, recall
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import offer_text

CUTS = (10, 50)
SCORING = Scoring(relevant_least=0)
_NOBODY = re.compile(r"未披露|个人|不公开")
_LATIN = re.compile(r"[A-Za-z0-9&.,'()+-]+")
_COUNTED = re.compile(r"\d+家")
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Deals:
    """Who invested in whom when (fund, firm) -> day, what each firm and fund says; `described` firms say something."""

    days: Mapping[tuple[str, str], str]
    firms: Mapping[str, str]
    funds: Mapping[str, str]
    described: int

    def of_fund(self) -> dict[str, list[tuple[str, str]]]:
        """Each fund's deals as (day, firm), in order."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for (fund, firm), day in self.days.items():
            found[fund].append((day, firm))
        return {fund: sorted(deals) for fund, deals in found.items()}


def investors(text: str) -> Iterator[str]:
    """The named investors of a deal; words in Latin letters that stand side by side are one name."""
    latin: list[str] = []
    for word in [*text.split(), "。"]:
        if _LATIN.fullmatch(word):
            latin.append(word)
            continue
        if latin:
            yield " ".join(latin)
            latin = []
        if word != "。" and not _NOBODY.search(word):
            yield word


def read(folder: Path) -> Deals:
    """Read the files; of several deals between the same two the first counts."""
    said = {row["名称"].strip().lower(): row["公司介绍"] for row in _rows(folder / "companies.csv")}
    known = {row["机构名称"].strip().lower(): row for row in _rows(folder / "investors_1k.csv")}
    days: dict[tuple[str, str], str] = {}
    for row in _rows(folder / "invest_events_2k.csv"):
        firm = row["融资方"].strip()
        for fund in investors(row["投资方"]):
            days[fund, firm] = min(row["融资时间"], days.get((fund, firm), row["融资时间"]))
    firms = sorted({firm for _, firm in days})
    funds = sorted({fund for fund, _ in days})
    return Deals(
        days,
        {firm: f"{firm}。{said.get(firm.lower(), '')}".rstrip("。") for firm in firms},
        {fund: _mandate(known.get(fund.lower(), {})) for fund in funds},
        sum(firm.lower() in said for firm in firms),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _mandate(row: Mapping[str, str]) -> str:
    return f"{row.get('介绍', '')} {_COUNTED.sub('', row.get('行业', ''))}".strip()


def offer_of(deals: Deals, fund: str, held: Sequence[str]) -> Offer:
    """A fund as an offer, with the firms that it had invested in."""
    return Offer(
        id=fund,
        kind=OfferKind.FUND,
        name=fund,
        provider=fund,
        summary="",
        focus=deals.funds[fund],
        audience=frozenset({PartyKind.ENTERPRISE}),
        clauses=(Clause("公开投资事件", "", ""),),
        portfolio=tuple(Holding("", 1, deals.firms[firm]) for firm in held),
    )


def firms_found(deals: Deals, encoder: TextEncoder) -> dict[str, list[float]]:
    """The place of each hidden firm in its fund's list, from 1, by way of ranking."""
    names = list(deals.firms)
    place = {name: key for key, name in enumerate(names)}
    texts = list(deals.firms.values())
    shelf = Shelf(encoder, Vectors.of(encoder.encode(texts)), LexicalIndex.of(texts))
    frame = column_frame([Row(key, "local", PartyKind.ENTERPRISE, {}) for key in range(len(names))])
    segment = SeekerSegment(frame, shelf)
    dated = sorted((day, place[firm]) for (_, firm), day in deals.days.items())
    found: dict[str, list[float]] = defaultdict(list)
    for fund, made in deals.of_fund().items():
        for day, firm in made:
            held = [name for before, name in made if before < day]
            if not held:
                continue
            backers = np.bincount([key for before, key in dated if before < day], minlength=len(names)).astype(float)
            ways = {
                "popularity (investors so far)": backers,
                "text alone (the fund's own words)": _scores(offer_of(deals, fund, ()), segment, len(names)),
                "product (with what it invested in)": _scores(offer_of(deals, fund, held), segment, len(names)),
            }
            for way, scores in ways.items():
                found[way].append(_place(scores, place[firm], [place[name] for name in held]))
    return found


def _scores(offer: Offer, segment: SeekerSegment, count: int) -> Scores:
    ranking = best_of(offer, [segment], count, date(2026, 11, 22), SCORING)
    scores = np.zeros(count)
    scores[ranking.keys] = ranking.points
    return scores


def funds_found(deals: Deals, encoder: TextEncoder) -> dict[str, list[float]]:
    """The place of each hidden fund in its firm's list, from 1, by way of ranking; funds as at the month's first."""
    hidden: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for fund, made in deals.of_fund().items():
        for day, firm in made:
            if made[0][0] < f"{day[:7]}-01":
                hidden[f"{day[:7]}-01"].append((fund, firm))
    found: dict[str, list[float]] = defaultdict(list)
    names = list(deals.funds)
    for month, pairs in sorted(hidden.items()):
        held = {fund: [firm for day, firm in made if day < month] for fund, made in deals.of_fund().items()}
        made_before = np.array([len(held[fund]) for fund in names], dtype=np.float64)
        shelves = [
            _shelf([offer_of(deals, name, given(name)) for name in names], encoder) for given in (_none, held.get)
        ]
        for fund, firm in pairs:
            known = [names.index(name) for name in names if firm in held[name]]
            scores = [_points(deals.firms[firm], shelf) for shelf in shelves]
            ways = zip(
                ("popularity (deals so far)", "text alone (funds' own words)", "product (with what they invested in)"),
                (made_before, *scores),
                strict=True,
            )
            for way, given_scores in ways:
                found[way].append(_place(given_scores, names.index(fund), known))
    return found


def _none(_: str) -> list[str]:
    return []


def _shelf(offers: list[Offer], encoder: TextEncoder) -> OfferShelf:
    texts = [offer_text(item) for item in offers]
    return OfferShelf.of(offers, Shelf(encoder, Vectors.of(encoder.encode(texts)), LexicalIndex.of(texts)))


def _points(text: str, shelf: OfferShelf) -> Scores:
    seeker = Seeker(PartyKind.ENTERPRISE, {}, text)
    recalled = recall(shelf.shelf, text, np.arange(len(shelf.offers)))
    return points_of(seeker, shelf, recalled, shelf.rules.standings({}), SCORING).totals.astype(np.float64)


def _place(scores: Scores, wanted: int, known: Sequence[int]) -> float:
    """The place of one among those not known already; of equals it takes the middle."""
    others = np.delete(scores, [*known, wanted])
    return 1 + float((others > scores[wanted]).sum() + (others == scores[wanted]).sum() / 2)


def table(found: Mapping[str, Sequence[float]], among: int) -> Iterator[str]:
    """Recall at each cut by way of ranking, with 95 % bootstrap intervals, as Markdown."""
    yield "| ranked by | " + " | ".join(f"recall@{cut}" for cut in CUTS) + " |"
    yield "| --- |" + " ---: |" * len(CUTS)
    yield "| chance | " + " | ".join(f"{cut / among:.3f}" for cut in CUTS) + " |"
    for way, places in found.items():
        cells = [figure((np.array(places) <= cut).astype(np.float64)) for cut in CUTS]
        yield f"| {way} | " + " | ".join(f"{x.mean:.3f} ({x.low:.3f}-{x.high:.3f})" for x in cells) + " |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data/startups"))
    deals, encoder = read(parser.parse_args().data), load_encoder()
    print(f"{len(deals.days)} investments of {len(deals.funds)} funds in {len(deals.firms)} firms, ", end="")
    print(f"{deals.described} of which describe themselves; of the others only the name is known.\n")
    for title, found, among in (
        ("A fund looks for the firm", firms_found(deals, encoder), len(deals.firms)),
        ("A firm looks for the fund", funds_found(deals, encoder), len(deals.funds)),
    ):
        count = len(next(iter(found.values())))
        print(f"{title}: {count} deals of funds that had invested before, among {among}\n")
        print("\n".join(table(found, among)), "\n")


if __name__ == "__main__":
    main()
