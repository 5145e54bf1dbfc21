"""A stretch of rows of a column store on a day (列段): what a condition compares, as it lies in memory."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.eligibility.bits import Bits, at_places, window
from matcher.eligibility.buffers import Column, column
from matcher.eligibility.postings import Postings

_WORTH_SORTING = 1 << 16


class Store:
    """The columns of a frame, each looked into once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.names = frozenset(frame.columns)
        self._seen: dict[str, Column] = {}
        self._postings: dict[str, Postings] = {}

    def __len__(self) -> int:
        return self.frame.height

    def __getitem__(self, name: str) -> Column:
        found = self._seen.get(name)
        if found is None:
            found = self._seen[name] = column(self.frame.get_column(name))
        return found

    def postings(self, name: str) -> Postings | None:
        """Which rows hold each code of a column of codes, sorted once; None where a pass over all is as cheap."""
        if len(self) < _WORTH_SORTING or name not in self.names:
            return None
        found = self._postings.get(name)
        if found is None:
            found = self._postings[name] = Postings.of(self[name])
        return found


class Stretch:
    """The rows from `start` to before `stop` of a store, on a day: ages grow, certificates expire."""

    def __init__(self, store: Store, start: int, stop: int, at: date) -> None:
        self._store = store
        self._start, self._stop = start, stop
        self.size, self.at = stop - start, at

    def __contains__(self, name: str) -> bool:
        return name in self._store.names

    def values(self, name: str) -> NDArray[Any]:
        """The physical values of a column (size,); what is not known may be anything."""
        return self._store[name].values[self._start : self._stop]

    def flags(self, name: str) -> Bits:
        """The bits of a Boolean column; what is not known may be either."""
        found = self._store[name]
        return window(found.bits, found.offset + self._start, self.size)

    def known(self, name: str) -> Bits | None:
        """The rows of which a column's value is known; None is all of them."""
        found = self._store[name]
        return None if found.validity is None else window(found.validity, found.offset + self._start, self.size)

    def texts(self, name: str) -> pl.Series:
        """A column of names, null where it is not known."""
        return self._store.frame.get_column(name).slice(self._start, self.size)

    def picked(self, positions: NDArray[np.int64]) -> "Stretch":
        """The rows at some positions, as rows of their own."""
        return _Picked(self, positions)


class _Picked(Stretch):
    """Some rows of a stretch, in their order: what is left to be looked at once others are decided."""

    def __init__(self, rows: Stretch, positions: NDArray[np.int64]) -> None:
        self._rows = rows
        self._positions = positions
        self._values: dict[str, NDArray[Any]] = {}
        self.size, self.at = len(positions), rows.at

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def values(self, name: str) -> NDArray[Any]:
        """The physical values of a column (size,); what is not known may be anything."""
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._rows.values(name)[self._positions]
        return found

    def flags(self, name: str) -> Bits:
        """The bits of a Boolean column; what is not known may be either."""
        return at_places(self._rows.flags(name), self._positions)

    def known(self, name: str) -> Bits | None:
        """The rows of which a column's value is known; None is all of them."""
        known = self._rows.known(name)
        return None if known is None else at_places(known, self._positions)

    def texts(self, name: str) -> pl.Series:
        """A column of names, null where it is not known."""
        return self._rows.texts(name).gather(self._positions)

    def picked(self, positions: NDArray[np.int64]) -> Stretch:
        """The rows at some positions: each is looked up where it lies, once."""
        return _Picked(self._rows, self._positions[positions])
