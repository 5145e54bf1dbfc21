"""How well a ranking finds what is right: recall@1, recall@10, MRR, nDCG@10, with bootstrap intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over queries and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def per_query(scores: Scores, relevant: Sequence[frozenset[int]]) -> Mapping[str, NDArray[np.float64]]:
    """Give each metric per query from (queries, candidates) scores.

    A right answer tied with wrong ones takes the middle of their places, so that a constant score earns nothing.
    """
    rows = [_one(row, np.asarray(sorted(wanted))) for row, wanted in zip(scores, relevant, strict=True)]
    table = np.asarray(rows, dtype=np.float64).reshape(len(rows), 4)
    return dict(zip(("recall@1", "recall@10", "MRR", "nDCG@10"), table.T, strict=True))


def _one(scores: Scores, wanted: NDArray[np.int64]) -> tuple[float, float, float, float]:
    others = np.delete(scores, wanted)
    own = scores[wanted][:, None]
    ahead = (others > own).sum(axis=1) + (others == own).sum(axis=1) / 2
    ranks = np.sort(ahead) + np.arange(1, len(wanted) + 1)
    ideal = (1 / np.log2(np.arange(2, min(len(wanted), 10) + 2))).sum()
    gain = (1 / np.log2(ranks[ranks <= 10] + 1)).sum() / ideal
    return float(ranks[0] < 2), float((ranks <= 10).mean()), float(1 / ranks[0]), float(gain)


def figure(values: NDArray[np.float64], *, draws: int = 1_000, seed: int = 5) -> Figure:
    """Give the mean of per-query `values` with the 2.5 % and 97.5 % points of its bootstrap means."""
    rows = np.random.default_rng(seed).integers(0, len(values), (draws, len(values)))
    low, high = np.quantile(values[rows].mean(axis=1), (0.025, 0.975))
    return Figure(float(values.mean()), float(low), float(high))


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Give Spearman's rank correlation of two series."""
    from scipy.stats import spearmanr

    return float(spearmanr(first, second).statistic)
