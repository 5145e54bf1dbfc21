"""What came of an import (导入报告), as it is counted, kept and shown."""

from pathlib import Path

from api.access.sealing import Seals
from api.exchange.documents import Document
from api.exchange.importing import ImportSummary
from api.exchange.problems import RowProblem, RowResult
from api.store.sealed_facts import PERSONAL
from matcher.declarations.registry import REGISTRY

FOLDER = "imports"
_PERSONAL = frozenset(
    heading for code in PERSONAL for heading in (REGISTRY[code].label, *REGISTRY[code].aliases)
)  # what a column of personal data may be headed
_MESSAGES = {"beyond_columns": "列名以外还有内容，未读取"}
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
    return data / FOLDER / f"{batch}.csv"


def keep_problems(rejects: Path, data: Path, batch: str, seals: Seals) -> None:
    """Keep the problem file of an import, sealed: it holds whole rows, and with them telephone numbers."""
    kept = problem_file(data, batch)
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_name(f".{kept.name}.part")
    aside.write_bytes(seals.seal_bytes(rejects.read_bytes(), FOLDER, batch))
    aside.replace(kept)
    rejects.unlink()


def problems_of(data: Path, batch: str, seals: Seals) -> bytes | None:
    """The problem file of an import as it was written; None where there were no problems. Raises `DataKeyMissing`."""
    try:
        return seals.open_bytes(problem_file(data, batch).read_bytes(), FOLDER, batch)
    except FileNotFoundError:
        return None


def _told(problem: RowProblem) -> tuple[str, str]:
    """The value and the message of a problem as the report keeps them: of personal data neither."""
    if problem.column in _PERSONAL or problem.code == "beyond_columns":
        return "", _MESSAGES.get(problem.code, "内容不合规，见问题文件")
    return problem.value, problem.message


def _row(result: RowResult) -> Document:
    return {
        "line": result.line,
        "rejected": result.is_rejected,
        "merged_into": result.merged_into,
        "problems": [
            {
                "column": problem.column,
                "value": _told(problem)[0],
                "code": problem.code,
                "message": _told(problem)[1],
                "severity": problem.severity.value,
            }
            for problem in result.problems
        ],
    }
