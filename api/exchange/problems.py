"""What was wrong with a row (导入问题), and the file in which a person sets it right."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from matcher.parties import Party

PROBLEM_HEADINGS = ("行号", "处理结果", "问题列", "原值", "原因")
"""Columns of the problem file that stand before the original ones."""

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")


class Severity(StrEnum):
    """What a problem does to its row: refused (拒收) keeps the row out, doubtful (存疑) leaves one value unknown."""

    REFUSED = "refused"
    DOUBTFUL = "doubtful"


SEVERITY_LABELS = {Severity.REFUSED: "未导入", Severity.DOUBTFUL: "已导入，存疑"}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row: the column's heading ("" for the row as a whole), the cell, why, and how bad.

    `code` is stable and meant for machines (`invalid_money`, `region_unknown` …); `message` is Chinese.
    """

    column: str
    value: str
    code: str
    message: str
    severity: Severity = Severity.DOUBTFUL


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: a party, or None where it was rejected or merged into a later row (`merged_into`)."""

    line: int
    party: Party | None
    problems: tuple[RowProblem, ...] = ()
    cells: tuple[str, ...] = ()
    merged_into: int | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether the row was kept out."""
        return any(problem.severity is Severity.REFUSED for problem in self.problems)

    @property
    def is_doubtful(self) -> bool:
        """Whether the row came in with something to check."""
        return bool(self.problems) and not self.is_rejected


class ProblemFile:
    """A CSV of the rows to check (UTF-8 with BOM, for Excel), made when its first row is written.

    Reason and column stand before the original cells, so that a corrected file can be imported as it is: the headings
    of the first five columns name no field.
    """

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self._path = path
        self._headers = headers
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> "ProblemFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, result: RowResult) -> None:
        """Write a row that has problems; others are passed over."""
        if not result.problems:
            return
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*PROBLEM_HEADINGS, *map(escape_formula, self._headers)])
        self._writer.writerow([escape_formula(cell) for cell in (*_remarks(result), *result.cells)])


def write_problem_file(path: Path, headers: Sequence[str], results: Iterable[RowResult]) -> int:
    """Write every row that has problems and give their number; with none, no file is made."""
    count = 0
    with ProblemFile(path, headers) as file:
        for result in results:
            file.write(result)
            count += bool(result.problems)
    return count


def escape_formula(text: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: an apostrophe goes before = + - @ unless it is a number."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _remarks(result: RowResult) -> tuple[str, ...]:
    severity = Severity.REFUSED if result.is_rejected else Severity.DOUBTFUL
    treatment = SEVERITY_LABELS[severity] if result.merged_into is None else f"并入第 {result.merged_into} 行"
    return (
        str(result.line),
        treatment,
        "；".join(problem.column for problem in result.problems if problem.column),
        "；".join(problem.value for problem in result.problems if problem.value),
        "；".join(problem.message.rstrip("。") for problem in result.problems),
    )
