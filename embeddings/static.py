"""The static model: one vector a word, summed and brought to unit length, read by tokenizers, safetensors and numpy.

The folder is a sentence-transformers model (StaticEmbedding, then Normalize) in the layout that `model2vec` writes:
`embeddings` (rows x d, int8), `weights` (one scale a token) and optionally `mapping` (token to row). The same sum that
`SentenceTransformer(path).encode` takes, without importing torch.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from scipy.sparse import csr_array
from tokenizers import Tokenizer

from embeddings.errors import InvalidEncoder
from embeddings.tokenise import encodable, normalised, standard_normaliser

_BATCH = 1024
_FEW = 4
"""So few texts are summed one by one: the same sums, without the cost of setting up a sparse product."""
_WEIGHT_FILES = ("model.safetensors", "0_StaticEmbedding/model.safetensors")


@dataclass(frozen=True, slots=True)
class WordTable:
    """One row a word, kept in the 8 bits it is stored in (a quarter of the memory), and a scale a word (None: 1)."""

    rows: NDArray[np.int8] | NDArray[np.float32]
    scales: NDArray[np.float32] | None = None

    def vectors(self, words: ArrayLike) -> NDArray[np.float32]:
        """Give the float32 vector of each of `words`."""
        places = np.asarray(words, dtype=np.int64)
        vectors = self.rows[places].astype(np.float32)
        if self.scales is not None:
            vectors *= self.scales[places][:, None]
        return vectors

    def used(self, words: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Give the float32 vectors of the different words among `words`, and for each of `words` which one is its."""
        seen = np.zeros(len(self.rows), dtype=np.bool_)
        seen[words] = True
        different = np.flatnonzero(seen)
        place = np.zeros(len(self.rows), dtype=np.int32)
        place[different] = np.arange(len(different), dtype=np.int32)
        return place[words], self.vectors(different)


class StaticEncoder:
    """Word vectors of d dimensions and the tokenizer that finds the words.

    A tokenizer with the normaliser of `build_tokenizer` has it taken out: `normalised` does the same faster.
    """

    def __init__(
        self, tokenizer: Tokenizer, table: WordTable, fingerprint: str, *, prompts: tuple[str, str] = ("", "")
    ) -> None:
        self.fingerprint = fingerprint
        self._clean = encodable
        if repr(tokenizer.normalizer) == repr(standard_normaliser()):
            self._clean, tokenizer.normalizer = normalised, None
        self.tokenizer = tokenizer
        self._table = table
        self.prompts = prompts
        self._query_prompt, self._passage_prompt = prompts

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return int(self._table.rows.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give an (n, d) float32 array of unit rows for passages; a text with no known word gives a zero row."""
        return self._encode(texts, self._passage_prompt)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the same for search texts, which some models want under another prompt."""
        return self._encode(texts, self._query_prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            rows[start : start + len(batch)] = self._summed([prompt + text for text in batch] if prompt else batch)
        return unit_rows(rows)

    def _summed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encodings = self.tokenizer.encode_batch_fast(list(map(self._clean, texts)), add_special_tokens=False)
        found = [encoding.ids for encoding in encodings]
        if len(found) <= _FEW:
            return np.array([self._table.vectors(ids).sum(axis=0) for ids in found], dtype=np.float32)
        bounds = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum([len(ids) for ids in found], out=bounds[1:])
        tokens = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(bounds[-1]))
        places, vectors = self._table.used(tokens)
        counts = csr_array((np.ones(len(tokens), dtype=np.float32), places, bounds), shape=(len(found), len(vectors)))
        summed: NDArray[np.float32] = counts @ vectors
        return summed


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give float32 `rows` (n, d) at unit length; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit


def weights_file(folder: Path) -> Path | None:
    """Find the weights of a static model in `folder`; None where it is another kind of model."""
    candidates = (folder / name for name in _WEIGHT_FILES)
    return next((path for path in candidates if path.is_file() and (path.parent / "tokenizer.json").is_file()), None)


def is_static(folder: Path) -> bool:
    """Whether a sentence-transformers folder is a static model, with nothing after it but unit length."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        names = [str(module["type"]).rpartition(".")[2] for module in modules]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return names in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"]) and weights_file(folder) is not None


def load_static(folder: Path, *, prompts: tuple[str, str] = ("", "")) -> StaticEncoder:
    """Read the static model in `folder`.

    Raises `InvalidEncoder` where a file is missing, unreadable or of another layout.
    """
    path = weights_file(folder)
    if path is None:
        raise _invalid(folder, "没有 model.safetensors 与 tokenizer.json")
    tokenizer_path = path.parent / "tokenizer.json"
    try:
        table = _table(load_file(path))
        tokenizer = Tokenizer.from_file(str(tokenizer_path))
    except Exception as error:  # tokenizers raises bare Exception
        if not isinstance(error, (SafetensorError, KeyError, ValueError, OSError)) and type(error) is not Exception:
            raise
        raise _invalid(folder, f"无法读取（{error}）") from error
    tokenizer.no_padding()
    if tokenizer.get_vocab_size() > len(table.rows):
        raise _invalid(folder, f"词表有 {tokenizer.get_vocab_size()} 个词，向量只有 {len(table.rows)} 行")
    return StaticEncoder(tokenizer, table, _fingerprint([path, tokenizer_path], prompts), prompts=prompts)


def _table(tensors: dict[str, NDArray[np.generic]]) -> WordTable:
    if "embedding.weight" in tensors:
        return WordTable(np.ascontiguousarray(tensors["embedding.weight"], dtype=np.float32))
    rows = tensors["embeddings"]
    if "mapping" in tensors:
        rows = rows[tensors["mapping"].astype(np.int64)]
    if rows.dtype != np.int8:
        rows = rows.astype(np.float32)
    weights = tensors.get("weights")
    return WordTable(np.ascontiguousarray(rows), None if weights is None else weights.astype(np.float32))


def _fingerprint(paths: Sequence[Path], prompts: tuple[str, str]) -> str:
    digest = hashlib.sha256("\0".join(("static", *prompts)).encode())
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _invalid(folder: Path, found: str) -> InvalidEncoder:
    return InvalidEncoder(
        found=f"模型文件夹 {folder.name} {found}",
        expected="sentence-transformers 的静态词向量模型文件夹",
        remedy="请检查 RONGTONG_ENCODER，或留空以使用自带模型",
    )
