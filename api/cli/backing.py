"""`rongtong backup` and `rongtong restore`: a whole installation into one file, and back into an empty place."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.rendering import console


def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="写入的备份文件（ZIP），须尚不存在")]
) -> None:
    """备份：数据库、问题文件、待办任务的文件与不含口令的配置，写入一个文件。服务不必停。"""
    from api.backup.making import make_backup

    with console.status("备份") as shown:
        manifest = make_backup(
            context.obj, file, progress=lambda table, rows: shown.update(f"备份 {table}：{rows:,} 行")
        )
    rows = sum(table.rows for table in manifest.tables.values())
    console.print(f"已写入 {file}：{rows:,} 行，{file.stat().st_size / 1e6:,.1f} MB，数据库版本 {manifest.revision}")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="rongtong backup 写出的文件")],
    data: Annotated[Path | None, typer.Option("--data", help="恢复到的空文件夹（默认同 rongtong --data）")] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="数据密钥文件（data.key）；已设置 RONGTONG_DATA_KEY 则不需要")
    ] = None,
) -> None:
    """恢复备份：只写入空的数据目录（和空的数据库）；先校验，后写入，然后重建索引。"""
    from api.backup.restoring import restore_backup
    from api.bootstrap import build_services
    from api.settings import Settings

    settings = context.obj if data is None else Settings.load(**(context.obj.model_dump() | {"data": data}))
    with console.status("校验") as shown:
        manifest = restore_backup(
            settings, file, key_file=key_file, progress=lambda table, rows: shown.update(f"恢复 {table}：{rows:,} 行")
        )
        shown.update("重建索引")
        with build_services(settings) as services:
            indexed = services.parties.refresh()
    rows = sum(table.rows for table in manifest.tables.values())
    console.print(f"已恢复 {manifest.created} 的备份到 {settings.data}：{rows:,} 行，索引现有主体 {indexed:,} 家")
