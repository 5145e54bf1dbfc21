"""`rongtong offers test`: run cases of rules (规则用例) and say of each failure what was expected and found."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.rendering import OutputFormat, console, print_json
from matcher.catalogue.cases import Outcome, offers_by_name, read_cases, run_case
from matcher.catalogue.checking import read_pack
from matcher.catalogue.files import MAX_BYTES
from matcher.catalogue.loader import load_catalogue
from matcher.errors import InvalidCatalogue

DEFAULT_FOLDER = Path("tests/rules")
"""Where the cases of the built-in packs are kept in a checkout."""

Files = Annotated[list[Path] | None, typer.Argument(help="用例文件或文件夹（YAML），默认 tests/rules")]
Packs = Annotated[list[Path] | None, typer.Option("--pack", help="用例所测的规则包，可重复；内置资源总是可用")]
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]


def run_cases(files: Files = None, pack: Packs = None, output: Format = OutputFormat.TABLE) -> None:
    """运行规则用例：逐例列出应为与实为。有不通过的以状态 1 结束。"""
    offers = dict(load_catalogue().offers)
    for path in pack or ():
        offers |= read_pack(path, own=offers).offers
    find_offer = offers_by_name(offers)
    read = (read_cases(path.name, _content(path), find_offer) for path in _case_files(files or [DEFAULT_FOLDER]))
    outcomes = [run_case(case) for cases in read for case in cases]
    failed = [outcome for outcome in outcomes if outcome.faults]
    if output is OutputFormat.JSON:
        print_json({"passed": len(outcomes) - len(failed), "failed": [_document(item) for item in failed]})
    else:
        _print(outcomes, failed)
    if failed:
        raise typer.Exit(1)


def _case_files(places: list[Path]) -> list[Path]:
    found = [file for place in places for file in (sorted(place.glob("*.yaml")) if place.is_dir() else [place])]
    if not found:
        raise InvalidCatalogue(
            found=f"文件夹 {'、'.join(str(place) for place in places)} 中没有用例",
            expected="至少一个 .yaml 用例文件",
            remedy="检查文件夹路径",
        )
    return found


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidCatalogue(
            where=str(path), found=f"读不出：{error.strerror}", expected="可读的 YAML 文件", remedy="检查路径与权限"
        ) from error


def _print(outcomes: list[Outcome], failed: list[Outcome]) -> None:
    for outcome in failed:
        case = outcome.case
        console.print(
            f"{case.file}:{case.line} {case.name}（{case.offer.id}）：{'；'.join(outcome.faults)}", markup=False
        )
    console.print(f"共 {len(outcomes)} 例：通过 {len(outcomes) - len(failed)}，不通过 {len(failed)}", markup=False)


def _document(outcome: Outcome) -> dict[str, object]:
    case = outcome.case
    return {
        "file": case.file,
        "line": case.line,
        "name": case.name,
        "offer": case.offer.id,
        "at": case.at.isoformat(),
        "faults": list(outcome.faults),
    }
