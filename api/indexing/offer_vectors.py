"""Vectors of offers by text (资源向量): kept on disk with a generation, so that none is encoded twice.

One file of digests and vectors, written aside and renamed. While many are made each batch leaves a file of its own: a
process that was killed goes on after its last batch.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from api.crash_points import crash_point
from matcher.pairing.ports import TextEncoder

OFFERS = "offers.safetensors"
BATCH = 256
"""Texts between two files: some seconds of a slow encoder's work, which is what a crash costs."""
_PARTS = "offers-parts"
Rows = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Rows]


@dataclass(frozen=True, slots=True)
class OfferVectors:
    """n vectors of one encoder: the row in `rows` (n, d) of each text's digest."""

    places: Mapping[bytes, int] = field(default_factory=dict)
    rows: Rows = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))

    @classmethod
    def of(cls, digests: Iterable[bytes], rows: Rows) -> Self:
        """Vectors under their texts' digests; nothing is copied."""
        return cls({digest: place for place, digest in enumerate(digests)}, rows)

    def encoded(self, texts: Sequence[str], encode: Encode) -> tuple["OfferVectors", Rows]:
        """The vectors of n texts (n, d) and the same to be asked next time; only those that are missing are encoded."""
        digests = [digest_of(text) for text in texts]
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self.places}
        fresh = dict(zip(missing, encode(list(missing.values())), strict=True)) if missing else {}
        if not digests:
            return OfferVectors(), encode([])
        vectors = [fresh[each] if each in fresh else self.rows[self.places[each]] for each in digests]
        rows = np.array(vectors, dtype=np.float32)
        return OfferVectors.of(digests, rows), rows


def digest_of(text: str) -> bytes:
    """What a text is known by."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def open_offers(folder: Path) -> OfferVectors:
    """Read what `prepare_offers` wrote; nothing where there is none, or where it was damaged."""
    return _read(folder / OFFERS)


def count_offers(folder: Path) -> int:
    """How many vectors are on disk, finished or in parts; without reading them."""
    return sum(_length(path) for path in (folder / OFFERS, *(folder / _PARTS).glob("*.safetensors")))


def prepare_offers(folder: Path, encoder: TextEncoder, texts: Iterable[str]) -> int:
    """Have the vectors of exactly these texts on disk; gives how many had to be encoded.

    What is missing is encoded batch by batch. What `encoder` raises goes through; finished batches stay.
    """
    wanted = {digest_of(text): text for text in texts}
    found = _read(folder / OFFERS)
    if found.places.keys() == wanted.keys() and (folder / OFFERS).is_file():
        return 0
    parts = folder / _PARTS
    parts.mkdir(parents=True, exist_ok=True)
    vectors = _by_digest([found, *(_read(path) for path in parts.glob("*.safetensors"))])
    missing = [digest for digest in wanted if digest not in vectors]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        rows = encoder.encode([wanted[digest] for digest in batch])
        _write(parts / f"{batch[0].hex()}.safetensors", batch, rows)
        vectors |= dict(zip(batch, rows, strict=True))
        crash_point("offers.between_batches")
    rows = np.array([vectors[digest] for digest in wanted], dtype=np.float32).reshape(len(wanted), encoder.dimension)
    _write(folder / OFFERS, list(wanted), rows)
    shutil.rmtree(parts, ignore_errors=True)
    return len(missing)


def _by_digest(several: Iterable[OfferVectors]) -> dict[bytes, Rows]:
    return {digest: each.rows[place] for each in several for digest, place in each.places.items()}


def _write(path: Path, digests: Sequence[bytes], rows: Rows) -> None:
    """Write a file aside and rename it."""
    names = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), -1 if digests else 32)
    vectors = np.ascontiguousarray(rows, dtype=np.float32)
    aside = path.with_name(f".{path.name}")
    save_file({"digests": names, "vectors": vectors, "sum": _sum(names, vectors)}, aside)
    aside.replace(path)


def _read(path: Path) -> OfferVectors:
    try:
        arrays = load_file(path)
        names, rows = arrays["digests"], arrays["vectors"]
        if len(names) == len(rows) and np.array_equal(arrays["sum"], _sum(names, rows)):
            return OfferVectors.of((name.tobytes() for name in names), rows)
    except (OSError, SafetensorError, KeyError):
        pass
    return OfferVectors()


def _length(path: Path) -> int:
    try:
        with safe_open(path, framework="numpy") as file:
            length: int = file.get_slice("vectors").get_shape()[0]
            return length
    except (OSError, SafetensorError):
        return 0


def _sum(names: NDArray[np.uint8], rows: Rows) -> NDArray[np.uint8]:
    """A checksum of both arrays: safetensors itself has none."""
    made = sha256(np.ascontiguousarray(names).tobytes())
    made.update(np.ascontiguousarray(rows).tobytes())
    return np.frombuffer(made.digest(), dtype=np.uint8)
