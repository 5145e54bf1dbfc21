"""`rongtong consent`: what an enterprise said on paper, kept for it; its words, its history, its withdrawal."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Annotated

import typer

from api.access.auditing import Audit
from api.access.consenting import Consents
from api.access.consents import STANDING_LABELS, Consent, Purpose, Scope
from api.access.viewers import Role, Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import now, today
from api.exchange.consents import consent_document, consent_event_document
from api.store.store import open_store

consent_app = typer.Typer(add_completion=False, no_args_is_help=True, help="授权：代录、列出、撤回")
Party = Annotated[str, typer.Option("--party", help="给出授权的企业的主体编号")]
Recipient = Annotated[str, typer.Option("--to", help="接收方的主体编号；没有编号的机构为其名称")]
For = Annotated[Purpose, typer.Option("--for", help="用途")]
Scopes = Annotated[list[Scope], typer.Option("--scope", help="信息范围，可重复")]
Until = Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="有效期至（含当日）")]
ConsentId = Annotated[str, typer.Argument(help="授权编号")]
ON_PAPER = "平台代录（纸质授权）"


@consent_app.command()
def wording(
    context: typer.Context, party: Party, recipient: Recipient, purpose: For, scope: Scopes, until: Until
) -> None:
    """打印授权书的文字，供企业阅读签字。"""
    with _opened(context) as consents:
        viewer = _enterprise(context, party)
        console.print(
            consents.words(viewer, consents.proposed(viewer, recipient, purpose, scope, until.date())), markup=False
        )


@consent_app.command()
def grant(
    context: typer.Context, party: Party, recipient: Recipient, purpose: For, scope: Scopes, until: Until
) -> None:
    """代企业录入一份已签字的授权，即时生效。"""
    with _opened(context) as consents:
        made = consents.grant(_enterprise(context, party), recipient, purpose, scope, until.date())
    console.print(f"已录入授权 {made.id}", markup=False)


@consent_app.command()
def refuse(context: typer.Context, party: Party, recipient: Recipient, purpose: For) -> None:
    """代企业录入“不同意”。"""
    with _opened(context) as consents:
        made = consents.refuse(_enterprise(context, party), recipient, purpose)
    console.print(f"已录入 {made.id}：{STANDING_LABELS[made.standing(today())]}", markup=False)


@consent_app.command()
def withdraw(context: typer.Context, consent: ConsentId, party: Party) -> None:
    """代企业撤回授权，即时生效。"""
    with _opened(context) as consents:
        consents.withdraw(_enterprise(context, party), consent)
    console.print("已撤回；已送达的名单再次查看、下载时隐去名称并标明“已撤回授权”")


@consent_app.command("list")
def list_(
    context: typer.Context,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """本平台的授权，最近变化的在前。"""
    with _opened(context) as consents:
        found = consents.of(Viewer(context.obj.tenant))
    if output is OutputFormat.JSON:
        print_json([consent_document(item, today()) for item in found])
        return
    print_table(("编号", "企业", "接收方", "用途", "有效期至", "情况"), (_line(item) for item in found))


@consent_app.command()
def show(context: typer.Context, consent: ConsentId) -> None:
    """一项授权及其全部变化（JSON）。"""
    with _opened(context) as consents:
        found, events = consents.one(Viewer(context.obj.tenant), consent)
    print_json(consent_document(found, today()) | {"events": [consent_event_document(event) for event in events]})


@contextmanager
def _opened(context: typer.Context) -> Iterator[Consents]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield Consents(store, Audit(store.audit, now=now), now=now)


def _enterprise(context: typer.Context, party: str) -> Viewer:
    return Viewer(context.obj.tenant, Role.ENTERPRISE, party, name=ON_PAPER)


def _line(consent: Consent) -> tuple[str, ...]:
    asked = consent.asked
    standing = STANDING_LABELS[consent.standing(today())]
    return (consent.id, consent.party_id, asked.recipient_name, asked.purpose.value, str(asked.until), standing)
