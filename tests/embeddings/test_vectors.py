"""Vectors by position answer by value what a dot product at a time answers, whichever way they are searched."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import codes, lanes, vectors
from embeddings.errors import InvalidVectors
from embeddings.plans import Plan, cheapest
from embeddings.vector_files import VectorWriter
from embeddings.vectors import Vectors
from tests.fakes.brute_force import BruteVectors
from tests.thorough import examples

WIDTH = 16


def rows(count, seed, width=WIDTH):
    found = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def written(folder, content):
    with VectorWriter(folder, content.shape[1]) as writer:
        writer.append(content[:5])
        writer.append(content[5:])
    return Vectors.open(folder)


@pytest.fixture(params=list(Plan))
def plan(request, monkeypatch):
    monkeypatch.setattr(vectors, "cheapest", lambda total, chosen, count: request.param)
    return request.param


@pytest.fixture(params=[1, 3])
def pieces(request, monkeypatch):
    monkeypatch.setattr(codes, "THREADS", request.param)
    monkeypatch.setattr(codes, "_PIECE", 400 // request.param)
    monkeypatch.setattr(codes, "_SPARE", 2)
    monkeypatch.setattr(vectors, "_PIECE", 64)
    monkeypatch.setattr(lanes, "THREADS", 3)


def assert_nearest(found, wanted, query, content):
    positions, similarities = found
    np.testing.assert_allclose(similarities, [-score for score, _ in wanted], atol=1e-5)
    np.testing.assert_allclose(content[positions] @ query, similarities, atol=1e-5)
    assert len(set(positions.tolist())) == len(wanted)
    np.testing.assert_array_equal(np.lexsort((positions, -similarities)), np.arange(len(positions)))


@given(st.integers(0, 60), st.integers(-1, 70), st.integers(0, 99), st.data())
@settings(deadline=None, max_examples=examples(60))
def test_in_memory_it_answers_as_the_plain_one(size, count, seed, data):
    content = rows(size, seed)
    content[seed % 3 :: 5] = content[: len(content[seed % 3 :: 5])]
    found, plain, query = Vectors.of(content), BruteVectors(content), rows(1, seed + 1_000)[0]
    places = data.draw(st.none() | st.lists(st.integers(0, max(size - 1, 0)), max_size=80 if size else 0))
    np.testing.assert_allclose(found.similarities(query, places), plain.similarities(query, places), atol=1e-5)
    assert_nearest(found.nearest(query, count, places), plain.nearest(query, count, places), query, content)


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("kind", ["random", "alike", "zeros", "ties", "few"])
def test_every_plan_gives_exactly_the_same(tmp_path, plan, kind, monkeypatch):
    content = rows(1_000, 1)
    if kind == "alike":
        content = rows(1, 1) + 0.01 * rows(1_000, 2)
        content /= np.linalg.norm(content, axis=1, keepdims=True)
    elif kind == "zeros":
        content[100:] = 0
    elif kind == "ties":
        content = np.repeat(content[:4], 250, axis=0)
    found = written(tmp_path, content)
    for part, places in [
        (slice(0, 1_000), None),
        (slice(0, 1_000), np.arange(3, 900, 7)),
        (slice(0, 1_000), np.random.default_rng(4).random(1_000) < 0.6),
        (slice(130, 777), None),
        (slice(130, 777), np.arange(640, 0, -2)),
    ]:
        part_of, own = found.slice(part.start, part.stop), content[part]
        chosen = np.flatnonzero(places) if places is not None and places.dtype == bool else places
        for count in (1, 9, 90):
            query = rows(1, count)[0]
            answer = part_of.nearest(query, count, places)
            assert_nearest(answer, BruteVectors(own).nearest(query, count, chosen), query, own)
            plain = Vectors.of(own).nearest(query, count, places)
            for one, other in zip(answer, plain, strict=True):
                np.testing.assert_array_equal(one, other)


def test_a_scan_answers_where_its_codes_have_the_wrong_order(tmp_path, monkeypatch):
    """Two near rows round to codes of the other order; a third code is far larger, so that the steps are coarse."""
    content = rows(4_000, 3)
    content[:2_000] *= 0.02 / np.abs(content[:2_000]).max()
    found = written(tmp_path, content)
    query = content[7] / np.linalg.norm(content[7])
    looked = []
    scan = codes.Codes.scan
    monkeypatch.setattr(vectors, "cheapest", lambda total, chosen, count: Plan.PACK)
    monkeypatch.setattr(codes.Codes, "scan", lambda self, q, n, *p: looked.append(n) or scan(self, q, n, *p))
    small = np.arange(2_000)
    positions = found.nearest(query, 10, small)[0]
    assert len(looked) > 1
    rough = found._codes.scan(query, 20, small)[0]
    np.testing.assert_array_equal(positions, Vectors.of(content).nearest(query, 10, small)[0])
    assert not set(positions.tolist()) <= set(rough[:10].tolist())


@given(st.integers(0, 999), st.integers(1, 40), st.booleans())
@settings(deadline=None, max_examples=examples(40))
def test_no_row_that_a_scan_leaves_out_is_better_than_its_bound(tmp_path_factory, seed, count, clipped):
    content = rows(300, seed, 8 + seed % 30)
    content[seed % 7 :: 50] = 0
    found = written(tmp_path_factory.mktemp("vectors"), content)
    query = rows(1, seed + 1, content.shape[1])[0] * (3 if clipped else 1)
    mask = np.random.default_rng(seed).random(300) < 0.4 if seed % 2 else None
    positions, most = found._codes.scan(query, count, None, mask)
    others = np.setdiff1d(np.arange(300) if mask is None else np.flatnonzero(mask), positions)
    others = others[content[others].any(axis=1)]
    assert (content[others].astype(np.float64) @ query).max(initial=-np.inf) <= most


def test_equal_similarities_come_by_position():
    found = Vectors.of(np.repeat(rows(1, 1), 6, axis=0))
    assert found.nearest(rows(1, 1)[0], 3, np.array([5, 1, 4, 1]))[0].tolist() == [1, 4, 5]
    assert found.nearest(rows(1, 1)[0], 2)[0].tolist() == [0, 1]


def test_a_pair_has_the_same_similarity_whichever_way_it_is_reached(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "_PIECE", 64)
    found, query = written(tmp_path, rows(500, 1, 48)), rows(1, 2, 48)[0]
    whole = found.similarities(query)
    places = np.random.default_rng(1).permutation(500)
    np.testing.assert_array_equal(found.similarities(query, places), whole[places])
    np.testing.assert_array_equal(found.slice(100, 300).similarities(query), whole[100:300])
    np.testing.assert_array_equal(found.similarities(query, [7]), whole[7:8])


def test_rows_and_slices_are_what_was_written(tmp_path):
    content = rows(20, 1)
    found = written(tmp_path, content)
    np.testing.assert_array_equal(found.rows(), content)
    np.testing.assert_array_equal(found.rows([3, 3, 1]), content[[3, 3, 1]])
    np.testing.assert_array_equal(found.slice(5, 12).slice(2, 99).rows(), content[7:12])
    assert (len(found), found.dimension) == (20, WIDTH)


def test_nothing_is_found_in_nothing(tmp_path):
    for found in (Vectors.of(np.empty((0, WIDTH))), written(tmp_path, np.empty((0, WIDTH), dtype=np.float32))):
        assert len(found.nearest(rows(1, 1)[0], 5)[0]) == 0
        assert len(found.similarities(rows(1, 1)[0])) == 0
        assert found.slice(0, 0).rows().shape == (0, WIDTH)


@pytest.mark.parametrize("content", [np.zeros(3), np.full((1, 2), np.nan), np.full((1, 2), np.inf)])
def test_wrong_rows_are_refused(tmp_path, content):
    with pytest.raises(InvalidVectors):
        Vectors.of(content)
    with VectorWriter(tmp_path, 2) as writer, pytest.raises(InvalidVectors):
        writer.append(content.astype(np.float32))


@pytest.mark.parametrize("query", [np.zeros(3), np.full(WIDTH, np.nan), np.zeros((1, WIDTH))])
def test_wrong_queries_are_refused(query):
    with pytest.raises(InvalidVectors):
        Vectors.of(rows(2, 1)).similarities(query)


@pytest.mark.parametrize("places", [[2], [-1], [[0]], [0.5], np.ones(3, dtype=np.bool_)])
def test_wrong_positions_are_refused(places):
    with pytest.raises(InvalidVectors):
        Vectors.of(rows(2, 1)).nearest(rows(1, 1)[0], 1, places)


@pytest.mark.parametrize("name", ["rows", "codes", "code_bounds"])
def test_files_that_are_missing_or_torn_are_refused(tmp_path, name):
    written(tmp_path, rows(20, 1))
    path = tmp_path / f"{name}.npy"
    for content in (path.read_bytes()[:-1], b""):
        path.write_bytes(content)
        with pytest.raises(InvalidVectors, match="重建索引"):
            Vectors.open(tmp_path)


def test_files_of_two_sizes_are_refused(tmp_path):
    written(tmp_path / "one", rows(20, 1))
    written(tmp_path / "two", rows(21, 1))
    (tmp_path / "one" / "codes.npy").write_bytes((tmp_path / "two" / "codes.npy").read_bytes())
    with pytest.raises(InvalidVectors):
        Vectors.open(tmp_path / "one")


def test_a_writer_that_fails_leaves_no_readable_vectors(tmp_path):
    def fail():
        with VectorWriter(tmp_path, WIDTH) as writer:
            writer.append(rows(3, 1))
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    with pytest.raises(InvalidVectors):
        Vectors.open(tmp_path)


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [(1_000, Plan.GATHER), (10_000, Plan.GATHER), (100_000, Plan.PACK), (500_000, Plan.SCAN), (1_000_000, Plan.SCAN)],
)
def test_the_cheapest_plan_of_a_million(chosen, wanted):
    assert cheapest(1_000_000, chosen, 1_000) is wanted


def test_nothing_to_choose_from_has_a_plan_too():
    assert cheapest(0, 0, 0) in Plan


@pytest.mark.usefixtures("pieces")
def test_many_threads_at_once_get_what_one_gets(tmp_path, plan):
    found, queries = written(tmp_path, rows(1_000, 1)), rows(24, 2)
    alone = [found.nearest(query, 20, np.arange(0, 1_000, 2)) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: found.nearest(query, 20, np.arange(0, 1_000, 2)), queries))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
