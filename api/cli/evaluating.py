"""`rongtong evaluate`: how well the shipped model and others find the right counterpart, on the development tasks."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.rendering import console


def evaluate(
    data: Annotated[Path, typer.Option("--data", help="公开数据所在文件夹")] = Path("../shared/data"),
    encoder: Annotated[list[str] | None, typer.Option("--encoder", help="另比较的模型：路径或名称，可重复")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="把表写入此文件（Markdown）")] = None,
) -> None:
    """在开发集任务上评测检索：字符 TF-IDF、BM25、LSA、自带模型、混合检索及另给的模型，附置信区间。"""
    from embeddings.encoder import load_encoder, shipped_model
    from embeddings.evaluation.report import graded_similarity, markdown, run
    from embeddings.static import load_static

    shipped = load_static(shipped_model())
    others = {name: load_encoder(name) for name in encoder or ()}
    found = run(data, others, shipped=shipped, watch=lambda method, task: console.print(f"{task}：{method}"))
    graded = {name: graded_similarity(data, item) for name, item in {"shipped": shipped, **others}.items()}
    table = markdown(found, graded)
    console.print(table)
    if out is not None:
        out.write_text(table, encoding="utf-8")
