"""`rongtong gaps`: what a seeker lacks for one offer, or which fields it should fill next."""

from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime
from typing import Annotated

import typer

from api.access.viewers import Viewer
from api.cli.party_files import party_named
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import today
from api.errors import InvalidSettings
from api.exchange.documents import value_text
from api.exchange.unlocking import (
    OfferGaps,
    SeekerGaps,
    offer_gaps,
    offer_gaps_document,
    seeker_gaps,
    seeker_gaps_document,
)
from api.matchmaking import checked_text
from api.store.store import Store, open_store
from matcher.catalogue.loader import load_catalogue
from matcher.catalogue.versions import version_on
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.changes import Change
from matcher.eligibility.gaps import requirement
from matcher.eligibility.results import STATE_LABELS, State
from matcher.eligibility.unlocking import Unlock
from matcher.eligibility.wording import Origin, origins_of
from matcher.errors import InvalidNeed, UnknownOffer
from matcher.fields import PartyKind, Value
from matcher.offers import Offer
from matcher.reading.statements import read_statements

_OWN_WORDS = "自述"


def gaps(
    context: typer.Context,
    party: Annotated[str | None, typer.Option("--party", help="主体编号，或 .json 文件")] = None,
    text: Annotated[str, typer.Option("--text", help="企业用自己的话说；与 --party 同用时补充或更正资料")] = "",
    offer: Annotated[str | None, typer.Option("--offer", help="资源编号；不给则列出最该补充的字段")] = None,
    at: Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help="按哪一天判断，默认今天")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", help="最多列出的字段数")] = 15,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """差什么、补什么：一项资源的差距和最小补足方案；或补充哪些字段能判断更多资源。"""
    if output not in (OutputFormat.TABLE, OutputFormat.JSON):
        raise InvalidSettings(found=f"--format {output}", expected="table 或 json", remedy="请改用其中之一")
    settings, day = context.obj, at.date() if at else today()
    settings.data.mkdir(parents=True, exist_ok=True)
    viewer = Viewer(tenant=settings.tenant)
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        offers = store.offers.list(viewer) or tuple(load_catalogue().offers.values())
        kind, values, origins = _seeker(party, text, store, viewer, day)
    if offer is not None:
        _show_offer(offer_gaps(_chosen(offers, offer, day), values, day, origins), output)
    else:
        _show_seeker(seeker_gaps(kind, values, offers, day), output, limit)


def _seeker(
    party: str | None, text: str, store: Store, viewer: Viewer, day: date
) -> tuple[PartyKind, dict[str, Value], dict[str, Origin]]:
    """Who asks: a stored party or file, what its own words say, or both; the words come last."""
    if party is None and not text:
        raise InvalidNeed(
            found="没有 --party，也没有 --text", expected="其中至少一个", remedy="请说明是哪个主体，或写一段自述"
        )
    kind, values, origins = PartyKind.ENTERPRISE, dict[str, Value](), dict[str, Origin]()
    if party is not None:
        known = party_named(party, store, viewer, today())
        kind, values, origins = known.kind, known.values, origins_of(known.facts)
    if text:
        said = read_statements(checked_text(text), at=day).values
        values |= said
        origins |= {code: Origin(_OWN_WORDS, day) for code in said}
    return kind, values, origins


def _chosen(offers: Iterable[Offer], name: str, day: date) -> Offer:
    found = version_on(tuple(offers), name, day)
    if found is None:
        remedy = "请用 rongtong offers list 查看可用的资源"
        raise UnknownOffer(found=f"资源 {name!a} 在 {day} 没有可用的版本", expected="可见的资源", remedy=remedy)
    return found


def _show_offer(found: OfferGaps, output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        print_json(offer_gaps_document(found))
        return
    console.print(f"[bold]{found.offer.name}[/] · {found.offer.provider}（{found.offer.id}）")
    console.print(found.explanation, markup=False)
    open_rows = [
        (
            f"{item.group}：{item.leaf.label}" if item.group else item.leaf.label,
            STATE_LABELS[item.state],
            "未知" if item.value is None else value_text(item.leaf.field, item.value),
            requirement(item.leaf),
            day.isoformat() if day else "",
        )
        for item, day in zip(found.eligibility.findings, found.cured_on, strict=True)
        if item.decisive and item.state is not State.MET
    ]
    if open_rows:
        print_table(("条件", "结果", "现状", "要求", "届时自动满足"), open_rows)
    _show_plan(found)


def _show_plan(found: OfferGaps) -> None:
    if found.plan is not None:
        _print_steps("最小补足方案", found.plan, "条件已全部满足，无须补充。")
        return
    console.print("\n[bold]没有补足的办法[/]")
    for item in found.obstacles:
        console.print(f"  · {item.label}：{item.reason}", markup=False)
    if found.partial is not None:
        _print_steps("除人工核验外的补足方案", found.partial, "其余条件已满足，只待人工核验。")


def _print_steps(title: str, changes: tuple[Change, ...], nothing: str) -> None:
    console.print(f"\n[bold]{title}[/]{f'（{len(changes)} 项）' if changes else ''}")
    for place, change in enumerate(changes, 1):
        console.print(f"  {place}. {change.text}", markup=False)
    if not changes:
        console.print(f"  {nothing}")


def _show_seeker(found: SeekerGaps, output: OutputFormat, limit: int) -> None:
    if limit < 1:
        raise InvalidNeed(found=f"结果数 {limit}", expected="不小于 1 的整数", remedy="请改大结果数")
    if output is OutputFormat.JSON:
        print_json(seeker_gaps_document(found))
        return
    counts = "，".join(f"{STATE_LABELS[state]} {count}" for state, count in found.states.items() if count)
    console.print(f"可申请的资源 {sum(found.states.values())} 项：{counts or '无'}")
    if not found.unlocks:
        console.print("没有因资料不全而不能判断的资源。")
        return
    rows = (_row(item) for item in found.unlocks[:limit])
    print_table(("补充字段", "常见来源", "新增可判断", "单凭此项可满足", "涉及资源"), rows)
    for item in found.sets:
        console.print(
            f"一并补充 {item.label}：可判断 {len(item.decides)} 项，可能满足 {len(item.could_meet)} 项", markup=False
        )


def _row(item: Unlock) -> tuple[str, ...]:
    counts = (len(item.decides), len(item.could_meet), item.concerns)
    return (item.label, REGISTRY[item.field].source.value, *map(str, counts))
