"""Rows of any table as JSON lines and back, by the types that the database itself tells (no declared table is needed).

So a database of an earlier version can be written out and read back, whatever this version has made of its tables.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    bindparam,
    cast,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.types import Float

from api.errors import StoreDamaged

BATCH = 1000
Row = dict[str, Any]
_VERSION_TABLE = "alembic_version"


def tables_of(connection: Connection) -> list[Table]:
    """Every table of a database but alembic's own, each after those that it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [_exact(table) for table in found.sorted_tables if table.name != _VERSION_TABLE]


def written_rows(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield each row as one line of JSON, by primary key; documents stay exactly as they are stored."""
    shown = [cast(column, Text).label(column.name) if _is_document(column) else column for column in table.columns]
    write = [_written(column) for column in table.columns]
    names = [str(column.name) for column in table.columns]
    query = select(*shown).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    for row in connection.execute(query):
        values = zip(names, write, row, strict=True)
        line = orjson.dumps({name: None if value is None else to(value) for name, to, value in values})
        yield _proved(line, table) + b"\n"


def insert_rows(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    """Insert lines that `written_rows` wrote; gives how many. A reference to the same table is set afterwards."""
    read = {column.name: _read(column) for column in table.columns}
    own = [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    rows = ({name: None if value is None else read[name](value) for name, value in json.loads(line).items()}
            for line in lines)  # fmt: skip
    later: list[Row] = []
    count = 0
    while batch := list(islice(rows, BATCH)):
        later += [{f"was_{name}": row[name] for name in (*_keys(table), *own)} for row in batch if own]
        connection.execute(insert(table), [row | dict.fromkeys(own) for row in batch])
        count += len(batch)
    _refer(connection, table, own, later)
    return count


def last_key(connection: Connection, table: Table) -> int | None:
    """The last number that the table's counter gave, which may be past every row that is left."""
    if connection.dialect.name == "sqlite":
        if connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")).first() is None:
            return None
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
        return connection.execute(query, {"table": table.name}).scalar_one_or_none()
    sequence = _sequence(connection, table)
    if sequence is None:
        return None
    last, called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608  # the server's own name
    return int(last) if called else None


def set_last_key(connection: Connection, table: Table, last: int | None) -> None:
    """Let the counter go on after `last`, so that no number is ever given twice."""
    if last is None:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
        counter = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)")
        connection.execute(counter, {"table": table.name, "last": last})
    elif sequence := _sequence(connection, table):
        connection.execute(
            text("SELECT setval(CAST(:sequence AS regclass), :last)"), {"sequence": sequence, "last": last}
        )


def _sequence(connection: Connection, table: Table) -> str | None:
    keys = _keys(table)
    if len(keys) != 1:
        return None
    query = text("SELECT pg_get_serial_sequence(:table, :key)")
    found: str | None = connection.execute(query, {"table": table.name, "key": keys[0]}).scalar_one()
    return found


def _refer(connection: Connection, table: Table, own: list[str], later: list[Row]) -> None:
    """Set what points into the table itself, once every row is there."""
    told = [row for row in later if any(row[f"was_{name}"] is not None for name in own)]
    if told:
        same = [table.c[key] == bindparam(f"was_{key}") for key in _keys(table)]
        values: Row = {name: bindparam(f"was_{name}") for name in own}
        connection.execute(update(table).where(*same).values(values), told)


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _exact(table: Table) -> Table:
    """An absent document is SQL's NULL; where NULL is not allowed, it was JSON's own null."""
    for column in table.columns:
        if _is_document(column):
            column.type.none_as_null = bool(column.nullable)  # type: ignore[attr-defined]
    return table


def _is_document(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _written(column: Column[Any]) -> Callable[[Any], Any]:
    kinds: Mapping[type, Callable[[Any], Any]] = {
        JSON: orjson.Fragment,
        DateTime: _moment,
        Date: date.isoformat,
        LargeBinary: lambda value: b64encode(value).decode(),
        Float: float,
        Numeric: str,
    }
    return next((write for kind, write in kinds.items() if isinstance(column.type, kind)), _unchanged)


def _read(column: Column[Any]) -> Callable[[Any], Any]:
    aware = bool(getattr(column.type, "timezone", False))
    kinds: Mapping[type, Callable[[Any], Any]] = {
        JSON: _unchanged,
        DateTime: datetime.fromisoformat if aware else _naive,
        Date: date.fromisoformat,
        LargeBinary: b64decode,
        Float: float,
        Numeric: Decimal,
    }
    return next((read for kind, read in kinds.items() if isinstance(column.type, kind)), _unchanged)


def _unchanged(value: Any) -> Any:
    return value


def _moment(value: datetime) -> str:
    """A moment with its offset; SQLite keeps none, and what is stored there is UTC."""
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()


def _naive(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


def _proved(line: bytes, table: Table) -> bytes:
    """A line that can be read again: a document that was damaged in the database must not be found at the restore."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise StoreDamaged(
            found=f"表 {table.name} 有一行的 JSON 读不出来",
            expected="完好的数据库",
            remedy="请先检查数据库文件，再备份",
        ) from error
    if b"\n" in line:
        return json.dumps(json.loads(line), ensure_ascii=False).encode()
    return line
