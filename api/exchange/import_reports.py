"""What came of an import (导入报告), as it is counted, kept and shown."""

from pathlib import Path

from api.exchange.documents import Document
from api.exchange.importing import ImportSummary
from api.exchange.problems import RowResult

_COUNTED = ("rows", "new", "changed", "same", "merged", "doubtful", "rejected")
REFUSED = {"refused": 1}
"""The counts of a file that was no table of parties."""


def counts_of(summary: ImportSummary) -> dict[str, int]:
    """Rows by outcome, as the record of the import keeps them."""
    return {name: getattr(summary, name) for name in _COUNTED}


def report_document(summary: ImportSummary) -> Document:
    """The report as JSON; `seconds` is what the import took."""
    return {
        "description": summary.description,
        "ignored_columns": list(summary.ignored_columns),
        "notices": list(summary.notices),
        "reasons": dict(summary.reasons),
        "examples": [_row(result) for result in summary.examples],
        "seconds": round(summary.seconds, 3),
    }


def problem_file(data: Path, batch: str) -> Path:
    """Where the problems of a known import are kept. The id is the store's own, never a client's text."""
    return data / "imports" / f"{batch}.csv"


def _row(result: RowResult) -> Document:
    return {
        "line": result.line,
        "rejected": result.is_rejected,
        "merged_into": result.merged_into,
        "problems": [
            {
                "column": problem.column,
                "value": problem.value,
                "code": problem.code,
                "message": problem.message,
                "severity": problem.severity.value,
            }
            for problem in result.problems
        ],
    }
