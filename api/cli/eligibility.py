"""`rongtong eligibility`: every condition of an offer for one party on a day, with value, gap and clause."""

from contextlib import closing
from datetime import date, datetime
from typing import Annotated

import typer

from api.access.viewers import Viewer
from api.cli.party_files import party_named
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import today
from api.exchange.documents import value_text
from api.exchange.eligibility import eligibility_answer_document, value_source
from matcher.catalogue.loader import load_catalogue
from matcher.catalogue.versions import version_on
from matcher.derivation import at_date, derive
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.gaps import requirement
from matcher.eligibility.results import STATE_LABELS, Eligibility, Finding, Score
from matcher.errors import UnknownOffer
from matcher.offers import Offer, in_force
from matcher.parties import Party


def eligibility(
    context: typer.Context,
    offer: Annotated[str, typer.Argument(help="资源编号，或系列（取当日有效的版本）")],
    party: Annotated[str, typer.Option("--party", help="主体编号，或 .json 文件")],
    at: Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help="按哪一天判断，默认今天")] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """逐项核验一个主体是否符合一项资源的条件。"""
    from api.store.store import open_store

    settings, day = context.obj, at.date() if at else today()
    settings.data.mkdir(parents=True, exist_ok=True)
    viewer = Viewer(tenant=settings.tenant)
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        offers = store.offers.list(viewer) or tuple(load_catalogue().offers.values())
        chosen = _chosen(offers, offer, day)
        who = party_named(party, store, viewer, today())
    result = evaluate(chosen.criteria, at_date(derive(who.values), day))
    if output is OutputFormat.JSON:
        print_json(eligibility_answer_document(chosen, who, day, result))
    else:
        _print(chosen, who, day, result)


def _chosen(offers: tuple[Offer, ...], name: str, day: date) -> Offer:
    found = version_on(offers, name, day)
    if found is None:
        versions = "、".join(item.id for item in offers if item.series == name)
        remedy = f"该系列的版本：{versions}；请换一个日期" if versions else "请用 rongtong offers list 查看可用的资源"
        raise UnknownOffer(found=f"资源或系列 {name!a} 在 {day} 没有可用的版本", expected="可见的资源", remedy=remedy)
    return found


def _print(offer: Offer, party: Party, day: date, result: Eligibility) -> None:
    console.print(f"[bold]{offer.name}[/]（{offer.id}）· {party.name} · {day}")
    if not in_force(offer, day):
        console.print("[yellow]提示：这一版本当日不在施行期内[/]")
    if party.kind not in offer.audience:
        console.print("[yellow]提示：这项资源不面向该类主体[/]")
    for finding in result.findings:
        console.print(_line(finding, party), markup=False)
    for finding in result.findings:
        if finding.score is not None:
            _print_score(finding.leaf.label, finding.score)
    for note in offer.assumptions:
        console.print(f"理解与假设：{note}", markup=False)
    console.print(f"结论：[bold]{STATE_LABELS[result.state]}[/]")


def _line(finding: Finding, party: Party) -> str:
    """One condition: 已满足  职工不超过500人：45 人（要求不超过 500 人；社保 2026-05-01）……出处."""
    leaf, clause = finding.leaf, finding.leaf.clause
    source, observed_on = value_source(finding, party.facts)
    value = "" if finding.value is None else f"：{value_text(leaf.field, finding.value)}"
    seen = " ".join(str(item) for item in (source, observed_on) if item)
    required = f"要求{requirement(leaf)}"
    notes = "；".join(
        note for note in (required, seen, finding.gap, leaf.assumption and f"假设：{leaf.assumption}") if note
    )
    state = STATE_LABELS[finding.state] if finding.decisive else f"（{STATE_LABELS[finding.state]}，不起决定作用）"
    return f"{state}  {leaf.label}{value}（{notes}）\n        出处：{clause.document}{clause.article}“{clause.quote}”"


def _print_score(label: str, score: Score) -> None:
    console.print(f"\n[bold]{label}[/]")
    parts = (*score.tables, *score.groups, score.whole)
    points = (f"{part.least:f}" if part.least == part.most else f"{part.least:f}～{part.most:f}" for part in parts)
    rows = zip((part.label for part in parts), points, (f"{part.full:f}" for part in parts), strict=True)
    needed = (f"{part.needed:f}" if part.needed else "" for part in parts)
    print_table(("指标", "得分", "满分", "至少"), ((*row, least) for row, least in zip(rows, needed, strict=True)))
