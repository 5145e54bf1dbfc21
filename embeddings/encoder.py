"""One way to any encoder: the shipped static model without torch, everything else through sentence-transformers."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import InvalidEncoder
from embeddings.static import load_static, unit_rows
from embeddings.tokenise import encodable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Encoder(Protocol):
    """Text to unit vectors of a known dimension."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights, tokenizer, configuration and prompts; vectors of two fingerprints never meet."""

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give an (n, d) float32 array of unit rows for stored texts; a text with nothing in it gives a zero row."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the same for search texts, under the query prompt."""


class TransformerEncoder:
    """Any sentence-transformers model, with its query and passage prompts (bge, e5, gte, m3e families)."""

    def __init__(self, model: "SentenceTransformer", *, prompts: tuple[str, str] = ("", "")) -> None:
        self._model = model
        self._query_prompt, self._passage_prompt = prompts
        self.fingerprint = _model_fingerprint(model, prompts)

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give an (n, d) float32 array of unit rows for stored texts; a blank text gives a zero row."""
        return self._encode(texts, self._passage_prompt)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the same for search texts, under the query prompt."""
        return self._encode(texts, self._query_prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        cleaned = [encodable(text).strip() for text in texts]
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        filled = [position for position, text in enumerate(cleaned) if text]
        if filled:
            given = [prompt + cleaned[position] for position in filled]
            rows[filled] = self._model.encode(given, convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(rows)


def load_encoder(source: str | Path | None = None, *, query_prompt: str = "", passage_prompt: str = "") -> Encoder:
    """Load the shipped model (None), or a model by path or hub name through sentence-transformers.

    torch is imported only for the latter. Raises `InvalidEncoder` where there is no readable model.
    """
    prompts = (query_prompt, passage_prompt)
    if source is None:
        return load_static(shipped_model(), prompts=prompts)
    return TransformerEncoder(_load_transformer(str(source)), prompts=prompts)


def shipped_model() -> Path:
    """Give the folder of the model that comes with the package."""
    return Path(str(files("embeddings").joinpath("model")))


def _load_transformer(source: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(source, device="cpu")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InvalidEncoder(
            found=f"无法加载编码模型 {source}（{type(error).__name__}）",
            expected="sentence-transformers 模型的文件夹或名称",
            remedy="请检查 RONGTONG_ENCODER 与网络，或留空以使用自带模型",
        ) from error


def _model_fingerprint(model: "SentenceTransformer", prompts: tuple[str, str]) -> str:
    digest = hashlib.sha256("\0".join(("transformer", str(model), *prompts)).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().float().numpy().tobytes())
    digest.update(_vocabulary(model).encode())
    return digest.hexdigest()[:32]


def _vocabulary(model: "SentenceTransformer") -> str:
    tokenizer = getattr(model, "tokenizer", None)
    backend: Any = getattr(tokenizer, "backend_tokenizer", tokenizer)
    return str(backend.to_str()) if hasattr(backend, "to_str") else repr(tokenizer)
