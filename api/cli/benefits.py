"""`rongtong benefits`: what a party's loans are entitled to, the best lawful combination, and what they really cost."""

from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.access.viewers import Viewer
from api.cli.benefit_rendering import print_advice
from api.cli.party_files import party_named, party_of_file
from api.cli.rendering import SYNTHETIC_MARK, OutputFormat, console, print_json
from api.clock import today
from api.errors import InvalidSettings
from api.exchange.benefit_answers import advice_document
from api.exchange.loans import read_bytes, read_loan
from api.settings import Settings
from matcher.parties import Party
from matcher.policies.advice import advise
from matcher.policies.benefit_files import built_in_benefits


def benefits(
    context: typer.Context,
    party: Annotated[str, typer.Option("--party", help="主体编号，或一个 .json 文件")],
    loan: Annotated[list[Path], typer.Option("--loan", help="贷款文件（JSON），可重复：多笔贷款合并测算")],
    at: Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help="按哪一天的政策与数据")] = None,
    show_unmet: Annotated[bool, typer.Option("--show-unmet", help="也逐条列出不符合条件的")] = False,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """测算贷款可享受的补助、奖励与风险补偿，最优合规组合，以及补助后的综合年化成本。"""
    if output not in (OutputFormat.TABLE, OutputFormat.JSON):
        raise InvalidSettings(found=f"--format {output}", expected="table 或 json", remedy="请改用其中之一")
    loans = [read_loan(path.name, read_bytes(path)) for path in loan]
    known = _party(context.obj, party, today())
    day = at.date() if at else today()
    advice = advise(built_in_benefits(), known.values, loans, day)
    if output is OutputFormat.JSON:
        summary = {"id": known.id, "name": known.name, "synthetic": known.synthetic}
        print_json({"party": summary, **advice_document(advice, loans)})
        return
    console.print(f"[bold]{escape(known.name)}[/]{SYNTHETIC_MARK if known.synthetic else ''}  截至 {day}")
    print_advice(advice, loans, show_unmet=show_unmet)


def _party(settings: Settings, word: str, day: date) -> Party:
    """The party that is named; for a file no store is opened."""
    from api.store.store import open_store

    if word.endswith(".json"):
        return party_of_file(Path(word), settings.tenant, day)
    settings.data.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        return party_named(word, store, Viewer(tenant=settings.tenant), day)
