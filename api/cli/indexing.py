"""`rongtong index …`: the index as a whole (索引), for operators; a running service does it by itself."""

import time
from pathlib import Path
from typing import Annotated

import typer

from api.cli.rendering import console, print_table
from api.errors import InvalidSettings
from api.settings import Settings

_TASKS = {"build": "重建", "merge": "合并", "status": "状态"}


def index(
    context: typer.Context,
    task: Annotated[str, typer.Argument(help="build（从数据库重建）、merge（并入变更）或 status")] = "status",
) -> None:
    """主体索引：从数据库重建、把变更并入快照，或查看状态。服务运行时也可执行，服务会自动换用新快照。

    编码模型已换而新索引尚未建好时，build 建好新索引并换用；status 列出新旧两代。
    """
    from api.bootstrap import build_services

    if task not in _TASKS:
        raise InvalidSettings(found=f"操作 {task!a}", expected="、".join(_TASKS), remedy="请改用其中之一")
    started = time.perf_counter()
    built = task == "build" and _changed_over(context.obj)
    with build_services(context.obj) as services:
        parties = services.parties
        anew = task == "build" and not built
        rows = parties.rebuild() if anew else parties.refresh() if task == "merge" else parties.count()
        view = parties.view
    if view is not None:
        seconds = time.perf_counter() - started
        console.print(
            f"{_TASKS[task]}：主体 {rows} 家，快照 {view.snapshot}（变更序号 {view.at}），"
            f"未并入 {view.delta} 条；用时 {seconds:.1f} 秒"
        )
    if task == "status":
        _print_generations(context.obj)


def _changed_over(settings: Settings) -> bool:
    """Bring the encoder into service that is wanted, where another one serves; gives whether that was so."""
    from api.indexing.generations import GenerationFolders
    from api.indexing.preparing import change_over

    serving = GenerationFolders(settings).serving()
    if serving is None or serving.source == settings.encoder:
        return False
    change_over(settings)
    return True


def _print_generations(settings: Settings) -> None:
    from api.indexing.generations import GenerationFolders
    from api.indexing.offer_vectors import count_offers
    from embeddings.snapshot import current_snapshot

    folders = GenerationFolders(settings)
    serving = folders.serving()
    rows = []
    for manifest in folders.all():
        folder: Path = folders.folder(manifest.fingerprint)
        state = "已建好，待换用" if folders.is_complete(manifest.fingerprint) else "尚未建好"
        name, offers = current_snapshot(folder), count_offers(folder)
        rows.append(
            (
                manifest.fingerprint[:12],
                manifest.source or "自带模型",
                str(manifest.dimension),
                "服务中" if manifest == serving else state,
                name or "尚无",
                str(offers) if offers else "尚无",
            )
        )
    print_table(("编码模型", "来源", "维数", "状态", "主体快照", "资源向量"), rows)
