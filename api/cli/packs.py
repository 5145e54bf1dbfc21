"""`rongtong offers check|add|schema`: an operator writes offers and their rules as data, with no change of code."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from api.access.viewers import Viewer
from api.cli.rendering import OutputFormat, console, print_json
from matcher.catalogue.checking import Fault, check_file, read_pack
from matcher.catalogue.loader import load_catalogue
from matcher.catalogue.schema import pack_schema

File = Annotated[Path, typer.Argument(help="规则包（YAML，写法见 docs/rule-packs.md）")]
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]


def check_offers(file: File, output: Format = OutputFormat.TABLE) -> None:
    """检查一个规则包，不载入：逐项列出文件、行、所写、应写。有问题时以状态 1 结束。"""
    faults = check_file(file, load_catalogue().offers)
    if output is OutputFormat.JSON:
        print_json({"file": file.name, "ok": not faults, "faults": [_document(fault) for fault in faults]})
    else:
        for fault in faults:
            console.print(str(fault), markup=False)
        console.print(f"共 {len(faults)} 处问题，未载入" if faults else f"{file.name} 合规", markup=False)
    if faults:
        raise typer.Exit(1)


def add_offers(context: typer.Context, file: File) -> None:
    """把一个规则包的资源加入本平台：全部加入，或一项也不加。再次加入同一编号即为更新。"""
    from api.store.store import open_store

    settings = context.obj
    settings.data.mkdir(parents=True, exist_ok=True)
    viewer = Viewer(tenant=settings.tenant)
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        visible = {offer.id: offer for offer in store.offers.list(viewer)}
        others = {key: offer for key, offer in visible.items() if offer.tenant != viewer.tenant}
        own = {key: offer for key, offer in visible.items() if offer.tenant == viewer.tenant}
        pack = read_pack(file, others or load_catalogue().offers, own)
        offers = [replace(offer, tenant=viewer.tenant) for offer in pack.offers.values()]
        counts = store.offers.upsert_many(viewer, offers)
    console.print(
        f"已加入 {len(offers)} 项：新增 {counts.new}，更新 {counts.changed}，未变 {counts.same}", markup=False
    )


def print_schema() -> None:
    """输出规则包的 JSON Schema，可供编辑器提示与校验。"""
    typer.echo(orjson.dumps(pack_schema(), option=orjson.OPT_INDENT_2).decode())


def _document(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "entry": fault.entry,
        "found": fault.found,
        "expected": fault.expected,
        "remedy": fault.remedy,
    }
