"""`rongtong rotate-data-key`: a new key for personal data, and everything sealed anew with it."""

from contextlib import closing

import typer

from api.cli.rendering import console
from api.store.store import open_store


def rotate_data_key(context: typer.Context) -> None:
    """换用新的数据密钥，并把个人信息重新加密；可中断后再次运行。旧密钥仍留在密钥文件中，供打开旧备份和问题文件。"""
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        if settings.data_key is None:
            store.seals.add_key()
        done = store.rotate_key()
        console.print(f"现用密钥 {store.seals.ring.current}；重新加密 {done} 个主体。请重启服务，并另存密钥")
