"""Contrastive training of word vectors: texts that belong together come near, the others of the batch go away."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from tokenizers import Tokenizer
from torch import Tensor, nn

from embeddings.training.composition import composed
from embeddings.training.counting import word_counts
from embeddings.training.data import TrainingData
from embeddings.training.sources import SOURCES, Pairs, Source

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How long, how fast and how noisily to train."""

    steps: int = 500
    batch: int = 1_024
    rate: float = 1e-3
    scale: float = 20.0
    dropout: float = 0.0
    widths: tuple[int, ...] = (256, 128, 64)
    graded_weight: float = 0.05
    graded_batch: int = 256
    redraw: int = 200
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Pool:
    """The pairs of one source as word counts, and an identity of each text for masking equal positives."""

    left: csr_array
    right: csr_array
    left_ids: NDArray[np.int64]
    right_ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Graded:
    """Sentence pairs as word counts, with their grades 0 to 5."""

    left: csr_array
    right: csr_array
    grades: NDArray[np.float64]


class _Units:
    """The vectors of all units, with Adam's two moments; only the rows that a step touches are read and moved."""

    def __init__(self, units: NDArray[np.float32], matrix: csr_array) -> None:
        self.vectors = units.copy()
        self.matrix = matrix
        self._mean = np.zeros_like(units)
        self._square = np.zeros_like(units)
        self._steps = 0

    def step(self, rows: NDArray[np.int64], gradient: NDArray[np.float32], rate: float) -> None:
        """Move `rows` against their gradient (sparse Adam, as torch.optim.SparseAdam does it)."""
        self._steps += 1
        self._mean[rows] = mean = self._mean[rows] * np.float32(0.9) + gradient * np.float32(0.1)
        self._square[rows] = square = self._square[rows] * np.float32(0.999) + gradient**2 * np.float32(0.001)
        size = rate * np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        self.vectors[rows] -= np.float32(size) * mean / (np.sqrt(square) + np.float32(1e-8))

    def table(self) -> NDArray[np.float32]:
        """The (words, d) vectors that the units make now."""
        return composed(self.matrix, self.vectors)


class _TextSums(torch.autograd.Function):
    """Texts as sums of words, words as sums of units: two small sparse products, far cheaper than one expanded."""

    @staticmethod
    def forward(ctx: Any, units: Tensor, words: csr_array, parts: csr_array) -> Tensor:
        ctx.words, ctx.parts = words, parts
        return torch.from_numpy(words @ (parts @ units.detach().numpy()))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        through = ctx.parts.T @ (ctx.words.T @ np.ascontiguousarray(gradients[0].numpy()))
        return torch.from_numpy(np.ascontiguousarray(through)), None, None


def train(
    data: TrainingData,
    tokenizer: Tokenizer,
    matrix: csr_array,
    units: NDArray[np.float32],
    plan: TrainingPlan,
    *,
    sources: Sequence[tuple[Source, float]] = SOURCES,
    watch: Callable[[int, NDArray[np.float32]], None] | None = None,
) -> NDArray[np.float32]:
    """Train from the given units (u, d); give the (words, d) table. `watch` sees the table each redraw."""
    random, noise = Random(plan.seed), np.random.default_rng(plan.seed)  # noqa: S311  # not for secrets
    model = _Units(units, matrix)
    graded = _graded(data, tokenizer)
    batches = _batches(data, tokenizer, plan, random, sources)
    started = time.monotonic()
    for step in range(plan.steps):
        loss = _one_step(model, next(batches), graded, plan, noise, _rate(plan, step))
        if (step + 1) % plan.redraw == 0 or step + 1 == plan.steps:
            _LOG.info("step %d, loss %.3f, %.0f s", step + 1, loss, time.monotonic() - started)
            if watch:
                watch(step + 1, model.table())
    return model.table()


def _one_step(
    model: _Units, batch: _Pool, graded: _Graded, plan: TrainingPlan, noise: np.random.Generator, rate: float
) -> float:
    chosen = noise.choice(len(graded.grades), size=plan.graded_batch, replace=False)
    blocks = [batch.left, batch.right, graded.left[chosen], graded.right[chosen]]
    words = _dropped(vstack(blocks, format="csr"), plan, noise)
    used = np.unique(words.indices)
    parts = model.matrix[used]
    rows, parts.indices = np.unique(parts.indices, return_inverse=True)
    parts = csr_array((parts.data, parts.indices, parts.indptr), shape=(len(used), len(rows)))
    local = csr_array((words.data, np.searchsorted(used, words.indices), words.indptr), (words.shape[0], len(used)))
    leaf = torch.from_numpy(model.vectors[rows]).requires_grad_()
    texts = _TextSums.apply(leaf, local, parts)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    size = batch.left.shape[0]
    loss = _contrast(texts[:size], texts[size : 2 * size], _equal(batch), plan)
    first, second = texts[2 * size : 2 * size + plan.graded_batch], texts[2 * size + plan.graded_batch :]
    loss = loss + plan.graded_weight * _order(first, second, torch.from_numpy(graded.grades[chosen]), plan)
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    if leaf.grad is not None:
        model.step(rows, leaf.grad.numpy(), rate)
    return float(loss.item())


def _rate(plan: TrainingPlan, step: int) -> float:
    warm = min(1.0, (step + 1) / 50)
    return plan.rate * warm * max(0.05, 1 - step / plan.steps)


def _pool(pairs: Pairs, tokenizer: Tokenizer) -> _Pool:
    left, right = [first for first, _ in pairs], [second for _, second in pairs]
    numbers: dict[str, int] = {}
    ids = [np.asarray([numbers.setdefault(x, len(numbers)) for x in side], dtype=np.int64) for side in (left, right)]
    return _Pool(word_counts(tokenizer, left), word_counts(tokenizer, right), ids[0], ids[1])


def _batches(
    data: TrainingData,
    tokenizer: Tokenizer,
    plan: TrainingPlan,
    random: Random,
    sources: Sequence[tuple[Source, float]],
) -> Iterator[_Pool]:
    """Draw the sources anew every `redraw` steps; give batches of one source each, in proportion to its share."""
    while True:
        pools = [_pool(source(data, random), tokenizer) for source, _ in sources]
        orders = [random.sample(range(pool.left.shape[0]), pool.left.shape[0]) for pool in pools]
        for chosen in random.choices(range(len(pools)), [share for _, share in sources], k=plan.redraw):
            pool, order = pools[chosen], orders[chosen]
            rows = np.asarray(order[: plan.batch])
            orders[chosen] = order[plan.batch :] + order[: plan.batch]
            yield _Pool(pool.left[rows], pool.right[rows], pool.left_ids[rows], pool.right_ids[rows])


def _dropped(words: csr_array, plan: TrainingPlan, noise: np.random.Generator) -> csr_array:
    kept = words.copy()
    kept.data = kept.data * (noise.random(len(kept.data)) >= plan.dropout)
    return kept


def _equal(batch: _Pool) -> Tensor:
    """Tell which other pairs of a batch have an equal text on either side: they are no negatives."""
    same = (batch.left_ids[:, None] == batch.left_ids[None, :]) | (batch.right_ids[:, None] == batch.right_ids[None, :])
    np.fill_diagonal(same, val=False)
    return torch.from_numpy(same)


def _contrast(left: Tensor, right: Tensor, hidden: Tensor, plan: TrainingPlan) -> Tensor:
    """Cross-entropy of finding the right partner, both ways, at each Matryoshka width."""
    wanted = torch.arange(len(hidden))
    losses = []
    for width in plan.widths:
        first = nn.functional.normalize(left[:, :width], dim=1)
        second = nn.functional.normalize(right[:, :width], dim=1)
        scores = (plan.scale * first @ second.T).masked_fill(hidden, -1e4)
        losses.append(nn.functional.cross_entropy(scores, wanted) + nn.functional.cross_entropy(scores.T, wanted))
    return torch.stack(losses).mean() / 2


def _graded(data: TrainingData, tokenizer: Tokenizer) -> _Graded:
    rows = data.graded("train")
    left = word_counts(tokenizer, [first for first, _, _ in rows])
    right = word_counts(tokenizer, [second for _, second, _ in rows])
    return _Graded(left, right, np.asarray([grade for _, _, grade in rows]))


def _order(left: Tensor, right: Tensor, grades: Tensor, plan: TrainingPlan) -> Tensor:
    """CoSENT: a pair graded higher must be more similar than one graded lower."""
    first, second = nn.functional.normalize(left, dim=1), nn.functional.normalize(right, dim=1)
    scores = plan.scale * (first * second).sum(dim=1)
    wrong = (scores[:, None] - scores[None, :])[grades[:, None] < grades[None, :]]
    return torch.logsumexp(torch.cat([torch.zeros(1), wrong]), dim=0)
