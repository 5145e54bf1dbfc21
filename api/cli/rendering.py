"""Answers on a terminal (终端显示): cards for matches, tables for lists, JSON for machines, files for Excel."""

import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from api.errors import InvalidSettings
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.gaps import show
from matcher.eligibility.results import STATE_LABELS, State
from matcher.needs import Reading
from matcher.offers import OFFER_KIND_LABELS
from matcher.pairing.matches import Match

SYNTHETIC_MARK = "〔演示数据〕"
_MARKS = {
    State.MET: ("●", "green"),
    State.UNMET: ("△", "red"),
    State.UNKNOWN: ("○", "yellow"),
    State.MANUAL_REVIEW: ("◇", "blue"),
    State.NOT_APPLICABLE: ("－", "bright_black"),
}


class OutputFormat(StrEnum):
    """How an answer is written (输出格式)."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


_PIPE_WIDTH = 400
"""Columns of a table that goes to a file or a pipe, where nothing may be cut off."""

console = Console(highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    """Write a document to standard output as UTF-8 JSON."""
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def print_matches(matches: Sequence[Match], *, of_seekers: bool) -> None:
    """Write matches as cards, best first; `of_seekers` names the seekers rather than the offers."""
    for place, match in enumerate(matches, 1):
        _print_card(place, match, of_seekers=of_seekers)
    if not matches:
        console.print("没有可推荐的结果。可加 --show-unmet 查看未满足条件的资源及差距。")


def write_result(matches: Sequence[Match], document: Any, output: OutputFormat, target: Path | None) -> None:
    """Write an answer as JSON to the terminal, or as CSV or XLSX to a file."""
    from api.exchange.exporting import write_matches

    if output is OutputFormat.JSON and target is None:
        print_json(document)
    elif output is OutputFormat.JSON and target is not None:
        target.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    elif target is None and output is OutputFormat.XLSX:
        raise InvalidSettings(found="xlsx 输出到终端", expected="一个文件", remedy="请加 --out 文件名.xlsx")
    else:
        write_matches(target or Path("/dev/stdout"), matches, output.value)
    if target is not None:
        console.print(f"已写入 {target}（{len(matches)} 条）")


def print_reading(reading: Reading) -> None:
    """Say what was understood of a question and what was not."""
    known = "；".join(
        f"{REGISTRY[item.field].label} {show(REGISTRY[item.field], item.value)}" for item in reading.understood
    )
    wanted = "、".join(OFFER_KIND_LABELS[kind] for kind in reading.kinds)
    if known:
        console.print(f"[bold]已理解[/]  {known}")
    if wanted:
        console.print(f"[bold]所求[/]    {wanted}")
    if reading.not_understood:
        console.print(f"[bold]未理解[/]  [yellow]{'；'.join(reading.not_understood)}[/]（可用 --set 字段=值 补充）")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a plain table with a count below."""
    table = Table(*headings, box=None, pad_edge=False)
    count = 0
    for row in rows:
        table.add_row(*row)
        count += 1
    (console if console.is_terminal else Console(width=_PIPE_WIDTH)).print(table)
    console.print(f"共 {count} 条")


def _print_card(place: int, match: Match, *, of_seekers: bool) -> None:
    title = match.seeker_name if of_seekers else f"{match.offer.name} · {match.offer.provider}"
    identifier = match.seeker_id if of_seekers else match.offer.id
    synthetic = match.seeker_synthetic if of_seekers else match.offer.synthetic
    mark = SYNTHETIC_MARK if synthetic and SYNTHETIC_MARK not in title else ""
    console.print(f"\n[bold]{place:>2}. {title}[/]{mark}  [dim]{identifier}[/]  匹配度 [bold]{match.score:.1f}[/]")
    console.print(f"    {_counts(match)}")
    if not of_seekers:
        console.print(f"    {match.offer.summary}")
    scored = [reason for reason in match.reasons if not reason.startswith(STATE_LABELS[State.MET])]
    if scored:
        console.print(f"    [bold]为什么[/]  {'；'.join(scored)}")
    console.print(f"    [bold]资格[/]    {match.explanation}")


def _counts(match: Match) -> str:
    parts = []
    for state, (sign, colour) in _MARKS.items():
        count = match.eligibility.conditions.count(state)
        if count or state in {State.MET, State.UNKNOWN, State.UNMET}:
            parts.append(f"[{colour}]{sign} {STATE_LABELS[state]} {count}[/]")
    return " ".join(parts)
