"""What a file is read into (记录): lines of cells, before any of them means something."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

Cell = str | bool | int | float | date | datetime | time | timedelta
"""A cell as it was read: always str from text files, typed from workbooks; empty is ""."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a text file or row of a sheet, counted from 1. `fault` says in Chinese why it cannot be read."""

    line: int
    cells: tuple[Cell, ...]
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in any cell."""
        return not self.fault and not any(cell_text(cell).strip() for cell in self.cells)


class RecordSource(Protocol):
    """A file opened for reading, whatever its format."""

    @property
    def description(self) -> str:
        """Format, encoding or sheet, in Chinese."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader should know of the file as a whole, in Chinese."""

    def records(self) -> Iterator[Record]:
        """Yield every record from the start; each call starts anew."""


def cell_text(cell: Cell) -> str:
    """Give a cell as a person would have typed it: 600006.0 is "600006", midnight is a plain day, TRUE is 是."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return format(Decimal(repr(cell)).normalize(), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
