"""A world laid out on disk once for everybody (数据准备): rows, the plain columns of the filters, vectors, questions.

Every engine reads the same float32 rows; what it builds from them is counted as its own building time.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from embeddings.encoder import Encoder, load_encoder
from matcher.catalogue.loader import load_catalogue
from matcher.pairing.texts import offer_text
from tests.benchmarks.filters import Filter, filters
from tests.benchmarks.world import SEED, chunks

QUESTIONS = 10
_FORMAT = 1


@dataclass(frozen=True)
class World:
    """A folder that holds a synthetic world of n enterprises; vectors are (n, d) float32 unit rows."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the world was made of."""
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return found

    @property
    def rows(self) -> int:
        """The number of enterprises."""
        return int(self.manifest["rows"])

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return int(self.manifest["dimension"])

    @property
    def filters(self) -> list[Filter]:
        """The filters of this world, the tightest first."""
        return [Filter.read(item) for item in self.manifest["filters"]]

    @property
    def questions(self) -> list[str]:
        """What is searched for, in words."""
        return [str(item) for item in self.manifest["questions"]]

    def vectors(self, *, mapped: bool = True) -> NDArray[np.float32]:
        """The rows' vectors, mapped or read."""
        return np.load(self.folder / "vectors.npy", mmap_mode="r" if mapped else None)

    def queries(self) -> NDArray[np.float32]:
        """The questions' vectors."""
        return np.load(self.folder / "queries.npy")

    def plain(self) -> pl.DataFrame:
        """The columns of the filters as plain numbers: region, industry, headcount, founded (days), capital (万元)."""
        return pl.read_ipc(self.folder / "plain.arrow")

    def plain_rows(self, start: int, count: int) -> list[dict[str, Any]]:
        """Some rows of the plain columns."""
        return self.plain().slice(start, count).to_dicts()

    def frame(self) -> pl.DataFrame:
        """All columns, and `text`."""
        return pl.read_ipc(self.folder / "rows.arrow")

    def texts(self) -> list[str]:
        """The words of every enterprise."""
        return pl.read_ipc(self.folder / "rows.arrow", columns=["text"])["text"].to_list()


def prepare(folder: Path, rows: int) -> World:
    """Give the world of so many rows under a folder; it is made where it is not there already for this encoder."""
    encoder = load_encoder()
    made_of = {"format": _FORMAT, "seed": SEED, "rows": rows, "encoder": encoder.fingerprint}
    world = World(folder / f"world-{rows}")
    if (world.folder / "manifest.json").is_file() and made_of.items() <= world.manifest.items():
        return world
    world.folder.mkdir(parents=True, exist_ok=True)
    (world.folder / "manifest.json").unlink(missing_ok=True)  # half a world is none
    started = perf_counter()
    frame = _laid_out(world.folder, rows, encoder)
    plain = plain_columns(frame)
    plain.write_ipc(world.folder / "plain.arrow", compression="uncompressed")
    questions = _questions()
    np.save(world.folder / "queries.npy", encoder.encode_queries(questions))
    manifest = made_of | {
        "dimension": encoder.dimension,
        "filters": [item.written() for item in filters(plain)],
        "questions": questions,
        "seconds": round(perf_counter() - started, 1),
    }
    (world.folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    return World(world.folder)


def _laid_out(folder: Path, rows: int, encoder: Encoder) -> pl.DataFrame:
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(rows, encoder.dimension)
    )
    frames, start = [], 0
    for frame in chunks(rows):
        vectors[start : start + frame.height] = encoder.encode(frame["text"].to_list())
        frames.append(frame)
        start += frame.height
    vectors.flush()
    whole = pl.concat(frames)
    whole.write_ipc(folder / "rows.arrow", compression="uncompressed")
    return whole


def plain_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of the filters out of a world's rows."""
    return frame.select(
        pl.col("region").cast(pl.Int32),
        pl.col("industry").cast(pl.Int32),
        pl.col("headcount").cast(pl.Int32),
        pl.col("founded_on").cast(pl.Int32).alias("founded"),
        pl.col("registered_capital_wan").alias("capital"),
    )


def _questions() -> list[str]:
    """What some offers of the built-in catalogue say that they are for."""
    offers = sorted(load_catalogue().offers.values(), key=lambda offer: offer.id)
    return [offer_text(offer) for offer in offers[:: max(1, len(offers) // QUESTIONS)]][:QUESTIONS]
