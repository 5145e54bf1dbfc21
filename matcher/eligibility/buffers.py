"""The memory behind a polars column, seen from numpy without a copy (列缓冲区), by the Arrow C stream interface.

Polars gives a column with nulls to numpy only as a copy. The interface (arrow.apache.org/docs/format/CStreamInterface)
tells where the values and the validity bits lie, in a memory-mapped file or not; it is a stable binary contract.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.eligibility.bits import Bits

_STREAM = b"arrow_array_stream"
_VALIDITY, _VALUES = 0, 1


class _Array(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("private_data", ctypes.c_void_p),
    )


class _Schema(ctypes.Structure):
    _fields_ = (
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_void_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("private_data", ctypes.c_void_p),
    )


class _Stream(ctypes.Structure):
    _fields_ = (
        ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Schema))),
        ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Array))),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    )


_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of n rows in place: its physical values, or its bits where it is Boolean, and which rows are known.

    Of `bits` and `validity` the first row is bit `offset`; no `validity` means that all rows are known. `series` keeps
    the memory alive.
    """

    series: pl.Series
    offset: int
    values: NDArray[Any]
    bits: Bits
    validity: Bits | None


_NOTHING = np.empty(0, dtype=np.uint8)


def column(series: pl.Series) -> Column:
    """Look into a series of numbers, dates, flags or choices (as their places in the dictionary).

    The series is one chunk or is made one, which copies; what is written for memory-mapping is one chunk.
    """
    whole = series.rechunk() if series.n_chunks() > 1 else series
    if not len(whole):
        return Column(whole, 0, whole.to_physical().to_numpy(), _NOTHING, None)
    capsule = whole.__arrow_c_stream__(None)
    address = _pointer(capsule, _STREAM)
    stream, schema, array = _Stream.from_address(address), _Schema(), _Array()
    if stream.get_schema(address, ctypes.byref(schema)) or stream.get_next(address, ctypes.byref(array)):
        raise ValueError(f"column {series.name} cannot be read in place")
    try:
        return _seen(whole, schema.format.decode(), array)
    finally:
        schema.release(ctypes.addressof(schema))
        array.release(ctypes.addressof(array))


_BOOLEAN = "b"
_TYPES = {
    "c": np.int8,
    "C": np.uint8,
    "s": np.int16,
    "S": np.uint16,
    "i": np.int32,
    "I": np.uint32,
    "l": np.int64,
    "L": np.uint64,
    "f": np.float32,
    "g": np.float64,
    "tdD": np.int32,
}
"""The types of the interface's format strings; of a dictionary it is that of the places in it."""


def _seen(series: pl.Series, kind: str, array: _Array) -> Column:
    offset, end = array.offset, array.offset + array.length
    validity = _bytes(array.buffers[_VALIDITY], end) if array.null_count else None
    if kind == _BOOLEAN:
        return Column(series, offset, _NOTHING, _bytes(array.buffers[_VALUES], end), validity)
    dtype = np.dtype(_TYPES[kind])
    memory = _memory(array.buffers[_VALUES], end * dtype.itemsize)
    return Column(series, offset, memory.view(dtype)[offset:], _NOTHING, validity)


def _bytes(address: int | None, bits: int) -> Bits:
    return _memory(address, (bits + 7) // 8)


def _memory(address: int | None, size: int) -> NDArray[np.uint8]:
    if not address or not size:
        return _NOTHING
    seen: NDArray[np.uint8] = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address))
    seen.flags.writeable = False
    return seen
