"""Contrastive training of word vectors: texts that belong together come near, the others of the batch go away."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from tokenizers import Tokenizer
from torch import Tensor, nn

from embeddings.training.composition import composed
from embeddings.training.data import TrainingData
from embeddings.training.sources import SOURCES, Pairs, Source

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How long, how fast and how noisily to train."""

    steps: int = 1_000
    batch: int = 1_024
    rate: float = 1e-3
    scale: float = 20.0
    dropout: float = 0.3
    widths: tuple[int, ...] = (256, 64)
    graded_weight: float = 0.2
    redraw: int = 400
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Pool:
    """The pairs of one source as word counts, and an identity of each text for masking equal positives."""

    left: csr_array
    right: csr_array
    left_ids: NDArray[np.int64]
    right_ids: NDArray[np.int64]


class _Bags(nn.Module):
    """The vectors of all units; a text is the weighted sum of its units."""

    def __init__(self, units: NDArray[np.float32], matrix: csr_array) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag.from_pretrained(torch.from_numpy(units), freeze=False, mode="sum", sparse=True)
        self._matrix = matrix

    def forward(self, words: csr_array) -> Tensor:
        units = words @ self._matrix
        offsets = torch.from_numpy(units.indptr[:-1].astype(np.int64))
        found: Tensor = self.bag(
            torch.from_numpy(units.indices.astype(np.int64)),
            offsets,
            per_sample_weights=torch.from_numpy(units.data.astype(np.float32)),
        )
        return found


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
    torch.manual_seed(plan.seed)
    random, noise = Random(plan.seed), np.random.default_rng(plan.seed)
    model = _Bags(units, matrix)
    optimiser = torch.optim.SparseAdam(model.parameters(), lr=plan.rate)
    graded = _graded(data, tokenizer)
    batches = _batches(data, tokenizer, plan, random, sources)
    started = time.monotonic()
    for step in range(plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = _rate(plan, step)
        loss = _contrast(model, next(batches), plan, noise)
        if plan.graded_weight:
            loss = loss + plan.graded_weight * _order(model, graded, plan, noise)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimiser.step()
        if (step + 1) % plan.redraw == 0 or step + 1 == plan.steps:
            _LOG.info("step %d, loss %.3f, %.0f s", step + 1, loss.item(), time.monotonic() - started)
            if watch:
                watch(step + 1, composed(matrix, model.bag.weight.detach().numpy()))
    return composed(matrix, model.bag.weight.detach().numpy())


def word_counts(tokenizer: Tokenizer, texts: Sequence[str]) -> csr_array:
    """Give the (texts, words) float32 counts; the unknown word is left out."""
    found = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]
    rows = np.repeat(np.arange(len(found)), [len(ids) for ids in found])
    words = np.fromiter((token for ids in found for token in ids), dtype=np.int64, count=len(rows))
    known = words > 0
    data = np.ones(int(known.sum()), dtype=np.float32)
    return csr_array((data, (rows[known], words[known])), shape=(len(found), tokenizer.get_vocab_size()))


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


def _contrast(model: _Bags, batch: _Pool, plan: TrainingPlan, noise: np.random.Generator) -> Tensor:
    left = model(_dropped(batch.left, plan, noise))
    right = model(_dropped(batch.right, plan, noise))
    same = (batch.left_ids[:, None] == batch.left_ids[None, :]) | (batch.right_ids[:, None] == batch.right_ids[None, :])
    np.fill_diagonal(same, val=False)
    hidden = torch.from_numpy(same)
    wanted = torch.arange(len(same))
    losses = []
    for width in plan.widths:
        first = nn.functional.normalize(left[:, :width], dim=1)
        second = nn.functional.normalize(right[:, :width], dim=1)
        scores = (plan.scale * first @ second.T).masked_fill(hidden, -1e4)
        losses.append(nn.functional.cross_entropy(scores, wanted) + nn.functional.cross_entropy(scores.T, wanted))
    return torch.stack(losses).mean() / 2


def _graded(data: TrainingData, tokenizer: Tokenizer) -> tuple[csr_array, csr_array, Tensor]:
    rows = data.graded("train")
    grades = torch.tensor([grade for _, _, grade in rows])
    return word_counts(tokenizer, [x[0] for x in rows]), word_counts(tokenizer, [x[1] for x in rows]), grades


def _order(
    model: _Bags, graded: tuple[csr_array, csr_array, Tensor], plan: TrainingPlan, noise: np.random.Generator
) -> Tensor:
    """CoSENT: a pair graded higher must be more similar than one graded lower."""
    rows = noise.choice(graded[0].shape[0], size=256, replace=False)
    first = nn.functional.normalize(model(_dropped(graded[0][rows], plan, noise)), dim=1)
    second = nn.functional.normalize(model(_dropped(graded[1][rows], plan, noise)), dim=1)
    scores = plan.scale * (first * second).sum(dim=1)
    grades = graded[2][torch.from_numpy(rows)]
    wrong = (scores[:, None] - scores[None, :])[grades[:, None] < grades[None, :]]
    return torch.logsumexp(torch.cat([torch.zeros(1), wrong]), dim=0)
