"""Our words (本系统的词面重合): the rule over mapped columns, the overlap from mapped postings, the best of both."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical import LexicalIndex, write_lexical
from embeddings.terms import count_terms
from embeddings.vectors import best
from matcher.eligibility.buffers import map_columns, write_columns
from matcher.eligibility.filtering import met_rows
from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.ours import columns
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World
from tests.benchmarks.world import AT


class OursLexical(InProcess):
    """TF-IDF cosine over characters and pairs of neighbours."""

    settings = f"rongtong {version('rongtong')}, characters and pairs, TF-IDF cosine, postings mapped"

    def build(self, world: World, folder: Path) -> None:
        """Count the texts and write the postings, and the columns."""
        write_columns(columns(world.frame()), folder / "columns.arrow")
        counted = count_terms(world.texts())
        write_lexical(folder / "words", [counted], np.zeros(world.rows, dtype=np.int8), np.arange(world.rows))

    def open(self, world: World, folder: Path) -> None:
        """Map both."""
        self._frame = map_columns(folder / "columns.arrow")
        self._words = LexicalIndex.open(folder / "words")
        self._rules = {chosen.name: chosen.criterion() for chosen in world.filters}

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """Filter, then the overlap of every row that passes."""
        positions = np.flatnonzero(met_rows(self._frame, self._rules[chosen.name], AT))
        return best(self._words.similarities(question.text, positions), positions, LIMIT)[0]
