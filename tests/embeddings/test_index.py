"""The FAISS index answers by value what a dictionary of vectors answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import InvalidVectors, UnknownKeys
from embeddings.index import VectorIndex
from tests.fakes.brute_force import BruteVectors

WIDTH = 8


def rows(count, seed):
    found = np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def filled(keys, seed=0):
    index, plain = VectorIndex(WIDTH), BruteVectors()
    for each in (index, plain):
        each.upsert(keys, rows(len(keys), seed))
    return index, plain


KEYS = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 12), max_size=12)
CHANGES = st.lists(st.tuples(st.booleans(), KEYS, st.integers(0, 99)), max_size=8)


@given(CHANGES, st.integers(0, 15), st.integers(0, 99))
@settings(deadline=None)
def test_after_any_changes_it_answers_as_the_plain_one(changes, count, seed):
    index, plain = VectorIndex(WIDTH), BruteVectors()
    for removes, keys, number in changes:
        for each in (index, plain):
            each.remove(keys) if removes else each.upsert(keys, rows(len(keys), number))
    assert len(index) == len(plain.stored)
    assert sorted(index.keys.tolist()) == sorted(plain.stored)
    query = rows(1, seed + 1_000)[0]
    held = sorted(plain.stored)
    np.testing.assert_allclose(index.similarities(query, held), plain.similarities(query, held), atol=1e-5)
    for among in (None, held[::2]):
        keys, scores = index.nearest(query, count, among)
        wanted = plain.nearest(query, count, among)
        np.testing.assert_allclose(scores, [score for _, score in wanted], atol=1e-5)
        np.testing.assert_allclose(plain.similarities(query, keys), scores, atol=1e-5)
        assert len(set(keys.tolist())) == len(wanted)


def test_the_filter_holds():
    index, _ = filled(np.arange(500))
    query = rows(1, 3)[0]
    keys, scores = index.nearest(query, 1_000, np.arange(7, 500, 10))
    assert sorted(keys.tolist()) == list(range(7, 500, 10))
    assert np.all(np.diff(scores) <= 0)


def test_the_best_is_itself():
    index, _ = filled([10, 20, 30])
    assert index.nearest(rows(3, 0)[1], 1)[0].tolist() == [20]


def test_equal_similarities_come_by_key():
    index = VectorIndex(WIDTH)
    index.upsert([5, 3, 9], np.repeat(rows(1, 1), 3, axis=0))
    assert index.nearest(rows(1, 1)[0], 3)[0].tolist() == [3, 5, 9]


def test_unknown_keys_are_named():
    index, _ = filled([1, 2])
    with pytest.raises(UnknownKeys, match="77"):
        index.similarities(rows(1, 1)[0], [1, 77])
    with pytest.raises(UnknownKeys, match="77"):
        index.nearest(rows(1, 1)[0], 1, [77])


@pytest.mark.parametrize(
    ("keys", "vectors"),
    [
        ([1], np.zeros((1, WIDTH + 1))),
        ([1, 2], np.zeros((1, WIDTH))),
        ([1], np.full((1, WIDTH), np.nan)),
        ([1], np.full((1, WIDTH), np.inf)),
        ([1.5], np.zeros((1, WIDTH))),
        ([[1]], np.zeros((1, WIDTH))),
    ],
)
def test_wrong_input_is_refused_and_changes_nothing(keys, vectors):
    index, _ = filled([1, 2])
    before = index.similarities(rows(1, 1)[0], [1, 2])
    with pytest.raises(InvalidVectors):
        index.upsert(keys, vectors)
    np.testing.assert_array_equal(index.similarities(rows(1, 1)[0], [1, 2]), before)


@pytest.mark.parametrize("count", [0, -1, 10**9])
def test_any_count_is_answered(count):
    index, _ = filled([1, 2, 3])
    assert len(index.nearest(rows(1, 1)[0], count)[0]) == (3 if count > 0 else 0)


def test_an_empty_index_answers_nothing(tmp_path):
    index = VectorIndex(WIDTH)
    assert len(index.nearest(rows(1, 1)[0], 5)[0]) == 0
    assert len(index.similarities(rows(1, 1)[0], [])) == 0
    index.save(tmp_path / "empty")
    assert len(VectorIndex.load(tmp_path / "empty")) == 0


def test_saved_and_loaded_it_answers_the_same(tmp_path):
    index, _ = filled([7, -3, 2**62])
    index.remove([-3])
    index.save(tmp_path / "vectors")
    loaded = VectorIndex.load(tmp_path / "vectors")
    for found, wanted in zip(loaded.nearest(rows(1, 5)[0], 5), index.nearest(rows(1, 5)[0], 5), strict=True):
        np.testing.assert_array_equal(found, wanted)
