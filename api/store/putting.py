"""Many rows in one statement (成批写入), under numbers that are taken beforehand.

One statement a chunk, not one a row: between two rows SQLite's driver lets another thread have the interpreter, and
beside a busy one every row then waits for a turn. Numbers are taken first, so that no row need be read back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Date, Dialect, Table, TypeDecorator

Row = Mapping[str, Any]
_REMEMBERED = 256
_MOST = 128
"""Rows a statement, a power of 2: larger ones are no faster, and a connection keeps them."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a table's rows are put: the columns in order, and what makes each value one that the driver takes."""

    columns: tuple[str, ...]
    writers: tuple[Callable[[Any], Any] | None, ...]

    def parameters(self, rows: Sequence[Row]) -> tuple[Any, ...]:
        """The values of n rows, one after another."""
        steps = tuple(zip(self.columns, self.writers, strict=True))
        return tuple([row[name] if write is None else write(row[name]) for row in rows for name, write in steps])


def next_numbers(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Give `count` rising numbers for a table's key that no row had or will have, in the only writing transaction."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
        last = int(found or 0)
        return range(last + 1, last + 1 + count)
    key = next(iter(table.primary_key)).name
    taken = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    return sorted(connection.exec_driver_sql(taken, (table.name, key, count)).scalars())


def put_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows, each with every column; a row whose key is there takes the place of the one that has it."""
    layout = _layout(table, connection.dialect)
    for piece in _pieces(rows):
        statement = _statement(table, connection.dialect.name == "sqlite", len(piece))
        connection.exec_driver_sql(statement, layout.parameters(piece))


def _pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into pieces of a few lengths only: each length is a statement that a connection keeps."""
    start, size = 0, _MOST
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size


@lru_cache(maxsize=16)
def _layout(table: Table, dialect: Dialect) -> _Layout:
    writers = tuple(_writer(column.type.dialect_impl(dialect).bind_processor(dialect), column) for column in table.c)
    return _Layout(tuple(column.name for column in table.c), writers)


def _writer(write: Callable[[Any], Any] | None, column: Any) -> Callable[[Any], Any] | None:
    """Days and moments are the same in most rows, and are written out once."""
    if write is not None and isinstance(column.type, Date | TypeDecorator):
        return lru_cache(maxsize=_REMEMBERED)(write)
    return write


@lru_cache(maxsize=64)
def _statement(table: Table, sqlite: bool, count: int) -> str:
    names = [column.name for column in table.c]
    key = next(iter(table.primary_key)).name
    row = f"({', '.join(['?' if sqlite else '%s'] * len(names))})"
    kept = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([row] * count)}"  # noqa: S608  # our own names
        f" ON CONFLICT ({key}) DO UPDATE SET {kept}"
    )
