"""Metrics by hand-made rankings."""

import math

import numpy as np
import pytest

from embeddings.evaluation.metrics import figure, per_query, rank_correlation


def measured(scores, *relevant):
    return {
        name: values.tolist() for name, values in per_query(np.float32(scores), list(map(frozenset, relevant))).items()
    }


def test_by_hand():
    found = measured([[0.9, 0.8, 0.1], [0.2, 0.5, 0.9]], {1}, {0, 2})
    assert found["MRR"] == [0.5, 1.0]
    assert found["recall@1"] == [0.0, 1.0]
    assert found["recall@10"] == [1.0, 1.0]
    assert found["nDCG@10"] == pytest.approx([1 / math.log2(3), (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))])


def test_constant_scores_earn_the_middle():
    assert measured([[0.0] * 9], {4})["MRR"] == [pytest.approx(1 / 5)]
    assert measured([[0.0] * 9], {4})["recall@1"] == [0.0]


def test_below_ten_is_not_recalled():
    found = measured([np.linspace(1, 0, 12)], {10})
    assert (found["recall@10"], found["nDCG@10"]) == ([0.0], [0.0])


def test_the_interval_holds_the_mean_and_narrows_with_more_queries():
    values = np.random.default_rng(0).random(50)
    few, many = figure(values), figure(np.tile(values, 40))
    assert few.low < few.mean < few.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_rank_correlation_sees_order_only():
    assert rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([10.0, 11.0, 12.0])) == pytest.approx(1)
    assert rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([3.0, 2.0, 1.0])) == pytest.approx(-1)
