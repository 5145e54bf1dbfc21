"""`rongtong index …`: the index of parties as a whole (索引), for operators; a running service does it by itself."""

import time
from typing import Annotated

import typer

from api.cli.rendering import console
from api.errors import InvalidSettings

_TASKS = {"build": "重建", "merge": "合并", "status": "状态"}


def index(
    context: typer.Context,
    task: Annotated[str, typer.Argument(help="build（从数据库重建）、merge（并入变更）或 status")] = "status",
) -> None:
    """主体索引：从数据库重建、把变更并入快照，或查看状态。服务运行时也可执行，服务会自动换用新快照。"""
    from api.bootstrap import build_services

    if task not in _TASKS:
        raise InvalidSettings(found=f"操作 {task!a}", expected="、".join(_TASKS), remedy="请改用其中之一")
    started = time.perf_counter()
    with build_services(context.obj) as services:
        parties = services.parties
        rows = parties.rebuild() if task == "build" else parties.refresh() if task == "merge" else parties.count()
        view = parties.view
    if view is not None:
        seconds = time.perf_counter() - started
        console.print(
            f"{_TASKS[task]}：主体 {rows} 家，快照 {view.snapshot}（变更序号 {view.at}），"
            f"未并入 {view.delta} 条；用时 {seconds:.1f} 秒"
        )
