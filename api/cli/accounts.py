"""`rongtong account` and `rongtong key`: who may sign in, and by which keys machines come.

The command line acts as the admin of the platform of its data folder: whoever can read the database file can do all
of this anyway. A one-time password or a key's secret is printed once and kept nowhere.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from api.access.access import Access
from api.access.accounts import Account, ApiKey
from api.access.administering import KEY_DAYS, Accounts, NewAccount
from api.access.auditing import Audit
from api.access.described import permission_table
from api.access.permissions import TABLE, Permission, Reach
from api.access.viewers import ROLE_LABELS, Role, Viewer
from api.cli.rendering import console, print_table
from api.clock import CHINA, now
from api.settings import Settings
from api.store.store import Store, open_store

account_app = typer.Typer(add_completion=False, no_args_is_help=True, help="账号：新建、列出、停用、重置口令")
key_app = typer.Typer(add_completion=False, no_args_is_help=True, help="接口密钥：新建、列出、更换、吊销")
Login = Annotated[str, typer.Argument(help="登录名")]
KeyId = Annotated[str, typer.Argument(help="密钥编号（密钥中 rt_ 之后的一段）")]


@contextmanager
def managing(settings: Settings) -> Iterator[tuple[Accounts, Viewer]]:
    """Accounts of a data folder, and the admin of its platform that a command acts as."""
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield accounts_of(settings, store), Viewer(settings.tenant, Role.ADMIN, name="命令行")


def accounts_of(settings: Settings, store: Store) -> Accounts:
    """What manages the accounts of a store."""
    access = Access(settings, store.accounts, now=now)
    return Accounts(access, store.accounts, Audit(store.audit, now=now), now=now)


@account_app.command("add")
def add_account(
    context: typer.Context,
    login: Login,
    role: Annotated[Role, typer.Option(help="角色")],
    party: Annotated[str | None, typer.Option(help="所代表的主体编号；机构没有编号的为名称")] = None,
    name: Annotated[str, typer.Option(help="显示的名称，默认登录名")] = "",
    subject: Annotated[str | None, typer.Option(help="OIDC 身份：签发者|用户标识；给出则没有口令")] = None,
) -> None:
    """新建账号，显示一次性口令（首次登录须修改）。"""
    with managing(context.obj) as (accounts, viewer):
        made, password = accounts.add(viewer, NewAccount(login, role, name, party, subject))
    console.print(f"已新建账号 {made.login}（{ROLE_LABELS[role]}，平台 {made.tenant}）")
    _show_password(password)


@account_app.command("roles")
def list_roles() -> None:
    """列出各角色的权限与范围。"""
    console.print(permission_table(), markup=False, soft_wrap=True)


@account_app.command("list")
def list_accounts(context: typer.Context) -> None:
    """列出本平台的账号。"""
    with managing(context.obj) as (accounts, viewer):
        rows = [_account_row(item) for item in accounts.list(viewer)]
    print_table(("登录名", "名称", "角色", "主体", "状态"), rows)


@account_app.command("disable")
def disable_account(
    context: typer.Context, login: Login, undo: Annotated[bool, typer.Option("--undo", help="恢复使用")] = False
) -> None:
    """停用账号：其会话与密钥立即失效；--undo 恢复。"""
    with managing(context.obj) as (accounts, viewer):
        accounts.disable(viewer, accounts.find(viewer, login).id, disabled=not undo)
    console.print(f"已{'恢复' if undo else '停用'}账号 {login}")


@account_app.command("reset")
def reset_account(context: typer.Context, login: Login) -> None:
    """重置口令并解除锁定，显示一次性口令；原有会话立即失效。"""
    with managing(context.obj) as (accounts, viewer):
        password = accounts.reset(viewer, accounts.find(viewer, login).id)
    _show_password(password)


@key_app.command("new")
def new_key(
    context: typer.Context,
    login: Login,
    may: Annotated[list[Permission] | None, typer.Option("--may", help="权限，可重复；不填为账号的全部权限")] = None,
    name: Annotated[str, typer.Option(help="用途")] = "",
    days: Annotated[int, typer.Option(help="有效天数")] = KEY_DAYS,
) -> None:
    """为账号新建一把接口密钥；密钥只显示这一次。"""
    with managing(context.obj) as (accounts, viewer):
        owner = accounts.find(viewer, login)
        key, secret = accounts.new_key(viewer, name, may or all_of(owner.role), days=days, account=owner.id)
    _show_key(key, secret)


@key_app.command("list")
def list_keys(context: typer.Context) -> None:
    """列出本平台的接口密钥（不含密钥本身）。"""
    with managing(context.obj) as (accounts, viewer):
        logins = {item.id: item.login for item in accounts.list(viewer)}
        rows = [_key_row(item, logins) for item in accounts.keys(viewer)]
    print_table(("编号", "账号", "用途", "权限", "有效至", "上次使用", "状态"), rows)


@key_app.command("rotate")
def rotate_key(context: typer.Context, key: KeyId) -> None:
    """换一把同样权限的密钥；旧的 24 小时后失效。"""
    with managing(context.obj) as (accounts, viewer):
        _show_key(*accounts.rotate_key(viewer, key))


@key_app.command("revoke")
def revoke_key(context: typer.Context, key: KeyId) -> None:
    """吊销密钥，立即生效。"""
    with managing(context.obj) as (accounts, viewer):
        accounts.revoke_key(viewer, key)
    console.print(f"已吊销密钥 {key}")


def all_of(role: Role) -> list[Permission]:
    """All that a role may do by key."""
    return [item for item, row in TABLE.items() if row[role] is not Reach.NONE and item is not Permission.ACCOUNT_SELF]


def _show_password(password: str | None) -> None:
    if password is not None:
        console.print(f"一次性口令 {password}（只显示这一次，首次登录须修改）", markup=False)


def _show_key(key: ApiKey, secret: str) -> None:
    until = key.expires.astimezone(CHINA)
    console.print(f"密钥 {secret}", markup=False, soft_wrap=True)
    console.print(f"只显示这一次；有效至 {until:%Y-%m-%d %H:%M}；权限 {'、'.join(sorted(key.scope))}", markup=False)


def _account_row(item: Account) -> tuple[str, ...]:
    state = "停用" if item.disabled else "须改口令" if item.must_change else "演示" if item.demo else ""
    return item.login, item.name, ROLE_LABELS[item.role], item.party_id or "", state


def _key_row(item: ApiKey, logins: dict[str, str]) -> tuple[str, ...]:
    used = "" if item.used is None else f"{item.used.astimezone(CHINA):%Y-%m-%d %H:%M}"
    state = "已吊销" if item.revoked else "已过期" if item.expires <= now() else ""
    until = f"{item.expires.astimezone(CHINA):%Y-%m-%d}"
    return item.id, logins.get(item.account_id, ""), item.name, "、".join(sorted(item.scope)), until, used, state
