"""Word and character overlap: TF-IDF cosine over the model's own words, single characters and pairs of them.

Characters carry nine tenths: on the development split words beside them gain on start-ups and materials what they
lose on classes. Characters are hashed, so that no vocabulary needs to be kept and a new text needs no rebuild.
Document frequencies are those of the last `build` or `load`; texts upserted later are weighed by them.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors.numpy import load_file, save_file
from scipy.sparse import csc_array, csr_array, vstack
from tokenizers import Tokenizer

from embeddings.errors import InvalidVectors
from embeddings.keys import KeyTable, as_keys
from embeddings.tokenise import normalised

Similarities = NDArray[np.float32]

_CHARACTER_SLOTS = 1 << 20
_WORD_SHARE = 0.1
_WAITING_ROWS = 512


class TermCounter:
    """Texts to sparse counts: one column a word of the tokenizer, then one a slot of hashed characters and pairs."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.words = tokenizer.get_vocab_size()
        self.columns = self.words + _CHARACTER_SLOTS

    def count(self, texts: Sequence[str]) -> csr_array:
        """Give an (n, columns) float32 matrix of how often each text has each term."""
        cleaned = [normalised(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(cleaned, add_special_tokens=False)
        found = [self._terms(text, encoding.ids) for text, encoding in zip(cleaned, encodings, strict=True)]
        bounds = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum([len(terms) for terms in found], out=bounds[1:])
        terms = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
        counts = csr_array((np.ones(len(terms), dtype=np.float32), terms, bounds), shape=(len(found), self.columns))
        counts.sum_duplicates()
        return counts

    def _terms(self, text: str, words: list[int]) -> NDArray[np.int64]:
        ids = np.asarray(words, dtype=np.int64)
        return np.concatenate([ids[ids > 0], self.words + _characters(text)])


def _characters(text: str) -> NDArray[np.int64]:
    """Give the slots of the single characters and of the character pairs of a text; punctuation only vanishes."""
    kept = "".join(character for character in text if character.isalnum())
    points = np.frombuffer(kept.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    terms = np.concatenate([points, (points[:-1] + np.uint64(1)) * np.uint64(0x110001) + points[1:]])
    return ((terms * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(44)).astype(np.int64)


class LexicalIndex:
    """Texts addressed by int64 key; similarity is 0 (nothing shared) to 1 (the same terms).

    A settled matrix by columns answers most; rows upserted since then wait in a small one by its side and are settled
    together. `_alive` gives for each key of the table its row over both.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._counter = TermCounter(tokenizer)
        self._lock = RLock()
        self._rarity = np.ones(self._counter.columns, dtype=np.float32)
        self._waiting: csc_array
        self._alive: NDArray[np.int64]
        self._settle(KeyTable(), csr_array((0, self._counter.columns), dtype=np.float32))

    def __len__(self) -> int:
        return len(self._table)

    @property
    def keys(self) -> NDArray[np.int64]:
        """The keys held, in no promised order."""
        return self._table.keys.copy()

    def build(self, keys: ArrayLike, texts: Sequence[str]) -> None:
        """Start again from these texts, and take from them how rare each term is.

        Raises `InvalidVectors` where keys repeat or do not fit the texts in number.
        """
        wanted = _distinct(keys, len(texts))
        counts = self._counter.count(texts)
        frequencies = np.bincount(counts.indices, minlength=self._counter.columns)
        with self._lock:
            self._rarity = (np.log((1 + len(texts)) / (1 + frequencies)) + 1).astype(np.float32)
            self._settle(KeyTable(wanted), self._weighed(counts))

    def upsert(self, keys: ArrayLike, texts: Sequence[str]) -> None:
        """Store one text a key, replacing those already held. Raises `InvalidVectors` as `build` does."""
        wanted = _distinct(keys, len(texts))
        if not len(wanted):
            return
        fresh = self._weighed(self._counter.count(texts))
        with self._lock:
            self.remove(wanted)
            first = self._settled.shape[0] + self._waiting.shape[0]
            self._waiting = csc_array(vstack([self._waiting.tocsr(), fresh], format="csr"))
            self._table.append(wanted)
            self._alive = np.concatenate([self._alive, np.arange(first, first + len(wanted))])
            if self._waiting.shape[0] > _WAITING_ROWS:
                self._settle(self._table, self._rows())

    def remove(self, keys: ArrayLike) -> None:
        """Forget `keys`; those not held are passed over."""
        wanted = np.unique(as_keys(keys))
        with self._lock:
            positions = self._table.positions(wanted[self._table.contains(wanted)])
            if len(positions):
                self._table.delete(positions)
                self._alive = np.delete(self._alive, positions)

    def similarities(self, query: str, keys: ArrayLike) -> Similarities:
        """Give the overlap of one query text with each of n `keys`, as float32 (n,) from 0 to 1.

        Raises `UnknownKeys` where a key is not held.
        """
        terms = self._weighed(self._counter.count([query]))
        with self._lock:
            rows = self._alive[self._table.positions(as_keys(keys))]
            blocks = [self._settled, self._waiting] if self._waiting.shape[0] else [self._settled]
            scores = np.concatenate([block[:, terms.indices] @ terms.data for block in blocks]).astype(np.float32)
        found: Similarities = np.clip(scores[rows], 0.0, 1.0)
        return found

    def save(self, path: Path) -> None:
        """Write keys, term weights and rarities to one safetensors file."""
        with self._lock:
            rows = self._rows()
            tensors = {
                "keys": self._table.keys,
                "rarity": self._rarity,
                "data": rows.data,
                "indices": rows.indices,
                "indptr": rows.indptr,
            }
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, path)

    @classmethod
    def load(cls, path: Path, tokenizer: Tokenizer) -> Self:
        """Read what `save` wrote with the same tokenizer. Raises what safetensors raises for a file that is not one."""
        tensors = load_file(path)
        index = cls(tokenizer)
        if len(tensors["rarity"]) != index._counter.columns:
            raise InvalidVectors(
                found=f"词项有 {len(tensors['rarity'])} 列",
                expected=f"{index._counter.columns} 列",
                remedy="请重建索引",
            )
        index._rarity = tensors["rarity"]
        shape = (len(tensors["keys"]), index._counter.columns)
        index._settle(
            KeyTable(tensors["keys"]), csr_array((tensors["data"], tensors["indices"], tensors["indptr"]), shape=shape)
        )
        return index

    def _rows(self) -> csr_array:
        return vstack([self._settled.tocsr(), self._waiting.tocsr()], format="csr")[self._alive]

    def _settle(self, table: KeyTable, rows: csr_array) -> None:
        self._table = table
        self._settled = csc_array(rows)
        self._waiting = csc_array((0, self._counter.columns), dtype=np.float32)
        self._alive = np.arange(len(table))

    def _weighed(self, counts: csr_array) -> csr_array:
        """Weigh counts by rarity; words and characters each have length 1 before they are joined by their shares."""
        weights = (1 + np.log(counts.data)) * self._rarity[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        block = 2 * rows + (counts.indices >= self._counter.words)
        lengths = np.sqrt(np.bincount(block, weights=weights**2, minlength=2 * counts.shape[0]))
        lengths = _shared(lengths.reshape(-1, 2)).ravel()
        data = (weights / lengths[block]).astype(np.float32)
        return csr_array((data, counts.indices, counts.indptr), shape=counts.shape)


def _shared(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the divisors that make words and characters share one unit of length; one of them alone takes it all."""
    shares = np.where(lengths > 0, [_WORD_SHARE, 1 - _WORD_SHARE], 0.0)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    return np.divide(lengths, np.sqrt(shares), out=np.ones_like(lengths), where=shares > 0)


def _distinct(keys: ArrayLike, count: int) -> NDArray[np.int64]:
    wanted = as_keys(keys)
    if len(wanted) != count or len(np.unique(wanted)) != count:
        raise InvalidVectors(
            found=f"{len(wanted)} 个键（不同的 {len(np.unique(wanted))} 个）对应 {count} 段文本",
            expected="每段文本一个键，互不重复",
            remedy="请检查传入的键",
        )
    return wanted
