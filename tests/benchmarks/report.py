"""Measured figures in the documentation (测量报告): each benchmark writes a section, with the machine and the day.

A section stands between two comments and is replaced whole, so that nobody writes figures by hand.
"""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Measured by `make bench` (`ROWS=1000000` for a million); every section is written by its command, none by hand.
Enterprises are synthetic (`tests/benchmarks/world.py`) wherever nothing else is said. Ratios hold within one run; times
of two runs are not to be compared.
"""


def write_section(name: str, title: str, body: str, document: Path = DOCUMENT) -> None:
    """Put a section into the document in place of the one of the same name, or at its end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n## {title}\n\n{where_and_when()}\n\n{body.strip()}\n{end}\n"
    text = document.read_text(encoding="utf-8") if document.is_file() else _HEAD
    before, found, after = text.partition(begin)
    rest = after.partition(end + "\n")[2] if found else ""
    document.write_text(f"{before.rstrip()}\n\n{section}{rest}", encoding="utf-8")


def where_and_when() -> str:
    """The machine, its load and the day, in one sentence."""
    cores = os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores of {_processor()}, {memory:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} when written."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are set to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "an unnamed processor")
