"""Raw FAISS (裸 FAISS): a flat index and an ID array that is ready beforehand. The yardstick, and what is right."""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World


class FaissFlat(InProcess):
    """IndexFlatIP with IDSelectorArray; no filter is evaluated within the time."""

    settings = f"faiss-cpu {faiss.__version__}, IndexFlatIP in memory, IDSelectorArray of a ready ID array"

    def build(self, world: World, folder: Path) -> None:
        """Add the rows and write the index."""
        index = faiss.IndexFlatIP(world.dimension)
        index.add(np.ascontiguousarray(world.vectors(mapped=False)))
        faiss.write_index(index, str(folder / "flat.faiss"))

    def open(self, world: World, folder: Path) -> None:
        """Read the index, and find the IDs of each filter."""
        self._index = faiss.read_index(str(folder / "flat.faiss"))
        plain = world.plain()
        self._ready = {chosen.name: np.flatnonzero(chosen.passing(plain)) for chosen in world.filters}

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """Search the ready IDs."""
        ready = self._ready[chosen.name]
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorArray(ready))  # type: ignore[call-arg]  # stub lacks it
        found: NDArray[np.int64] = self._index.search(question.vector[None], min(LIMIT, len(ready)), params=parameters)[
            1
        ][0]
        return found
