"""`rongtong platform`: the tiers of platforms in one database, and what each shares with the one above it."""

from contextlib import closing
from typing import Annotated

import typer

from api.cli.rendering import console, print_table
from api.store.store import open_store
from api.store.tenants import SHARING_LABELS, TIER_LABELS, Sharing, Tenant, Tier

platform_app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="平台：国家级、行业协会、地方三级，上下级与共享"
)
Code = Annotated[str, typer.Argument(help="平台代码")]


@platform_app.command("add")
def add_platform(
    context: typer.Context,
    code: Code,
    name: Annotated[str, typer.Option(help="名称")],
    tier: Annotated[Tier, typer.Option(help="层级")] = Tier.LOCAL,
    parent: Annotated[str | None, typer.Option(help="上级平台的代码")] = None,
) -> None:
    """建立或修改一个平台；它看得到上级的资源，上级只看得到它愿意共享的。"""
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        known = {item.id: item.shares for item in store.tenants.list()}
        store.tenants.ensure(Tenant(code, name, tier, parent, known.get(code, Sharing.NOTHING)))
    console.print(f"已建立平台 {code}（{name}）")


@platform_app.command("list")
def list_platforms(context: typer.Context) -> None:
    """列出全部平台。"""
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        found = store.tenants.list()
    rows = (
        (item.id, item.name, TIER_LABELS[item.tier], item.parent_id or "", SHARING_LABELS[item.shares])
        for item in found
    )
    print_table(("代码", "名称", "层级", "上级", "向上共享"), rows)


@platform_app.command("share")
def share(
    context: typer.Context,
    code: Code,
    what: Annotated[Sharing, typer.Argument(help="nothing（不共享）、counts（数量）或 profiles（数量与脱敏画像）")],
) -> None:
    """决定一个平台让上级看到什么；立即生效。"""
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        store.tenants.share(code, what)
    console.print(f"平台 {code} 向上共享：{SHARING_LABELS[what]}")
