"""What a start says (入口): where the service is, and how one comes in; the first start makes one admin."""

from contextlib import closing

from api.cli.accounts import accounts_of
from api.cli.rendering import console
from api.settings import AccessMode, Settings, require_loopback_if_open
from api.store.store import open_store


def print_way_in(settings: Settings) -> None:
    """Print the addresses, and on a store without accounts the login and one-time password of its first admin.

    It is printed and not logged, and is worth nothing once it was used. Raises `InvalidSettings`, `StoreUnavailable`.
    """
    require_loopback_if_open(settings)
    address = f"http://{settings.host}:{settings.port}"
    console.print(f"\n服务地址 {address}  接口说明 {address}/docs")
    if settings.console:
        console.print(f"控制台 http://{settings.host}:{settings.port_of_console}/console")
    if settings.access is AccessMode.OPEN:
        console.print("不需要登录（RONGTONG_ACCESS=open，只供本机试用）")
        return
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        password = accounts_of(settings, store).first_admin(settings.tenant)
        demo = settings.only_here and any(item.demo for item in store.accounts.list(settings.tenant))
    if password is not None:
        console.print(f"首次启动：登录名 admin  一次性口令 {password}（只显示这一次，首次登录须修改）", markup=False)
    if demo:
        console.print("演示数据：在控制台选择一个角色即可进入，不需要口令")
    console.print("接口密钥：rongtong key new admin，请求时带 Authorization: Bearer 密钥")
