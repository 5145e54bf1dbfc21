"""Our engine (本系统): the rule over mapped columns, then the exact nearest of mapped vectors among what meets it."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from embeddings.vector_files import VectorWriter
from embeddings.vectors import Vectors
from matcher.eligibility.buffers import map_columns, write_columns
from matcher.eligibility.columns import column_schema
from matcher.eligibility.filtering import met_rows
from matcher.eligibility.stretches import Store
from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World
from tests.benchmarks.world import AT

_BATCH = 50_000


class Ours(InProcess):
    """What the library's search does: `met_rows`, then `Vectors.nearest` among them."""

    settings = f"rongtong {version('rongtong')}, columns as Arrow and vectors as float32, both mapped"

    def build(self, world: World, folder: Path) -> None:
        """Write the columns and the vectors as a snapshot has them."""
        write_columns(columns(world.frame()), folder / "columns.arrow")
        vectors = world.vectors()
        with VectorWriter(folder / "vectors", world.dimension) as writer:
            for start in range(0, world.rows, _BATCH):
                writer.append(vectors[start : start + _BATCH])

    def open(self, world: World, folder: Path) -> None:
        """Map both."""
        self._store = Store(map_columns(folder / "columns.arrow"))
        self._vectors = Vectors.open(folder / "vectors")
        self._rules = {chosen.name: chosen.criterion() for chosen in world.filters}

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """Filter, then exact."""
        return self.nearest(question, self.passing(chosen))

    def passing(self, chosen: Filter) -> NDArray[np.bool_]:
        """Which rows meet the rule."""
        return met_rows(self._store, self._rules[chosen.name], AT)

    def nearest(self, question: Question, passing: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The nearest of some rows."""
        return self._vectors.nearest(question.vector, LIMIT, passing)[0]


def columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The world's fields as columns of the types that rules read."""
    schema = column_schema()
    return frame.select(pl.col(name).cast(schema[name]) for name in frame.columns if name in schema)
