"""The memory behind polars columns, seen without a copy (列缓冲区): from numpy, and from a memory-mapped file.

Polars gives a column with nulls to numpy only as a copy, and reads Arrow files into memory of its own; pyarrow tells
where values and validity bits lie, and maps a file so that processes share it and only what is compared is read.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.ipc
from numpy.typing import NDArray

from matcher.eligibility.bits import Bits

_NOTHING = np.empty(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of n rows in place: its physical values, or its bits where it is Boolean, and which rows are known.

    Of `bits` and `validity` the first row is bit `offset`; no `validity` means that all rows are known. The arrays
    keep the memory alive.
    """

    size: int
    offset: int
    values: NDArray[Any]
    bits: Bits
    validity: Bits | None


def column(series: pl.Series) -> Column:
    """Look into a series of numbers, dates, flags or choices (as their places in the dictionary).

    The series is one chunk or is made one, which copies; what `write_columns` wrote is one chunk.
    """
    array = (series.rechunk() if series.n_chunks() > 1 else series).to_arrow()
    array = array.indices if isinstance(array, pa.DictionaryArray) else array
    validity, values = array.buffers()
    known = None if validity is None or not array.null_count else np.frombuffer(validity, dtype=np.uint8)
    if values is None:
        return Column(len(array), array.offset, _NOTHING, _NOTHING, known)
    if pa.types.is_boolean(array.type):
        return Column(len(array), array.offset, _NOTHING, np.frombuffer(values, dtype=np.uint8), known)
    dtype = np.dtype(np.int32 if pa.types.is_date32(array.type) else array.type.to_pandas_dtype())
    placed = np.frombuffer(values, dtype=dtype, count=array.offset + len(array))[array.offset :]
    return Column(len(array), array.offset, placed, _NOTHING, known)


def write_columns(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as one uncompressed batch of an Arrow file, so that `map_columns` sees each column in one piece."""
    frame.rechunk().write_ipc(path, compression="uncompressed", record_batch_size=max(len(frame), 1))


def map_columns(path: Path) -> pl.DataFrame:
    """Map a frame that `write_columns` wrote: pages are read when they are compared, and shared between processes.

    The file must not be written to while the frame lives; it may be removed. Raises `pyarrow.ArrowInvalid` or `OSError`
    for a file that is none.
    """
    with pa.memory_map(str(path)) as source:
        table = pyarrow.ipc.open_file(source).read_all()
    frame = pl.from_arrow(table, rechunk=False)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"{path.name} holds no table")
    return frame
