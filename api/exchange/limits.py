"""How much a file may hold before it is refused (导入上限)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds on a file: bytes as it lies on disk, bytes unpacked, rows, and cells of one sheet.

    `rows` is the row limit of XLSX itself. `cells` bounds memory: a sheet is laid out whole, so that one cell in its
    far corner would ask for 17,179,869,184 of them.
    """

    file_bytes: int = 256 * 1024**2
    unpacked_bytes: int = 768 * 1024**2
    rows: int = 1_048_576
    cells: int = 24_000_000


DEFAULT_LIMITS = Limits()
"""The limits where a caller names none."""
