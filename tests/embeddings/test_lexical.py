"""The index of overlaps answers by value what the definition of TF-IDF cosine answers, however it was put together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import postings
from embeddings.errors import InvalidVectors
from embeddings.lexical import LexicalIndex, write_joined, write_lexical
from embeddings.terms import TermWriter, count_terms, open_terms
from tests.embeddings.texts import ODD, POLICIES, PROFILES
from tests.fakes.brute_force import BruteOverlap

PIECES = st.sampled_from(["专利", "质押", "贷款", "医疗设备", "crm", "的", "龘", "，", " ", "云平台", "A", "7", "１"])
TEXT = st.lists(PIECES, max_size=12).map("".join)
TEXTS = st.lists(TEXT, max_size=8)


@given(TEXTS, TEXT)
@settings(deadline=None)
def test_it_answers_as_the_plain_one(texts, query):
    found = LexicalIndex.of(texts).similarities(query)
    np.testing.assert_allclose(found, BruteOverlap(texts).similarities(query), atol=1e-5)
    assert found.dtype == np.float32


def test_only_the_heaviest_terms_are_kept(monkeypatch):
    texts = [*PROFILES, *PROFILES[:5], *PROFILES[:2], "数字化", "数字人"]
    monkeypatch.setattr(postings, "MOST_KEPT", 1)
    kept = LexicalIndex.of(["数字化", "数字人", "数字"])
    np.testing.assert_allclose(
        kept.similarities("数字"), BruteOverlap(["数字化", "数字人", "数字"], 1).similarities("数字")
    )
    for most in (1, 2, 7):
        monkeypatch.setattr(postings, "MOST_KEPT", most)
        index = LexicalIndex.of(texts)
        assert np.bincount(index.postings.rows, minlength=len(texts)).max() == most


def test_long_texts_keep_their_heaviest_terms_like_short_ones():
    rare = "".join(map(chr, range(0x4E00, 0x4E00 + 40)))
    common = "".join(map(chr, range(0x6E00, 0x6E00 + 700)))
    index = LexicalIndex.of([common + rare, common, common, common[:300] + rare, common[:20]])
    assert np.bincount(index.postings.rows).max() == postings.MOST_KEPT
    found = index.similarities(rare)
    assert found[0] == pytest.approx(found[3], abs=0.03)
    assert found[0] > 0.6
    assert found[1:3].tolist() == [0, 0]


def test_a_text_is_one_with_itself_and_nothing_with_a_stranger():
    index = LexicalIndex.of(["专利质押贷款", "云平台"])
    np.testing.assert_allclose(index.similarities("专利质押贷款"), [1, 0], atol=1e-6)


def test_rare_words_weigh_more():
    index = LexicalIndex.of(["的银行", "的银行", "的银行", "的设备"])
    found = index.similarities("银行设备")
    assert found[3] > found[0]


def test_positions_may_come_in_any_order_and_repeat():
    index = LexicalIndex.of(["贷款", "银行"])
    assert index.similarities("银行", np.array([1, 0, 1])).tolist() == pytest.approx([1, 0, 1], abs=1e-6)
    assert len(index.similarities("银行", np.empty(0, dtype=np.int64))) == 0


@pytest.mark.parametrize("position", [-1, 2])
def test_positions_that_are_not_there_are_refused(position):
    with pytest.raises(InvalidVectors, match="0 至 1"):
        LexicalIndex.of(["贷款", "银行"]).similarities("贷款", np.array([position]))


def test_odd_texts_are_answered_between_0_and_1():
    index = LexicalIndex.of(ODD)
    for query in (*ODD, *PROFILES):
        found = index.similarities(query)
        assert np.all((found >= 0) & (found <= 1))


@given(TEXTS, TEXTS, TEXT, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_parts_counted_apart_are_one_index_as_if_built_at_once(tmp_path_factory, first, second, query, random):
    folder = tmp_path_factory.mktemp("words")
    for name, texts in (("first", first), ("second", second)):
        with TermWriter(folder / name) as writer:
            writer.append(texts[:3])
            writer.append(texts[3:])
    rows = [(0, place) for place in range(len(first))] + [(1, place) for place in range(len(second))]
    random.shuffle(rows)
    source, position = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    parts = [open_terms(folder / "first"), open_terms(folder / "second")]
    write_lexical(folder / "all", parts, source, position)
    together = LexicalIndex.of([(first, second)[part][place] for part, place in rows])
    opened = LexicalIndex.open(folder / "all")
    for name in ("terms", "bounds", "rows"):
        np.testing.assert_array_equal(getattr(opened.postings, name), getattr(together.postings, name))
    np.testing.assert_allclose(opened.similarities(query), together.similarities(query), atol=1e-6)


@given(TEXTS, TEXTS, TEXT, st.data())
@settings(deadline=None)
def test_merging_kept_rows_with_later_ones_recounts_nothing(tmp_path_factory, texts, later, query, data):
    base = LexicalIndex.of(texts)
    delta = LexicalIndex.of(later, like=base)
    rows = [(0, place) for place in range(len(texts))] + [(1, place) for place in range(len(later))]
    kept = data.draw(st.lists(st.sampled_from(rows), unique=True)) if rows else []
    source, position = np.array(kept, dtype=np.int64).reshape(-1, 2).T
    wanted = [(base, delta)[part].similarities(query)[place] for part, place in kept]
    merged = LexicalIndex.joined([base, delta], source, position)
    folder = tmp_path_factory.mktemp("words")
    write_joined(folder / "merged", [base, delta], source, position)
    for index in (merged, LexicalIndex.open(folder / "merged")):
        assert len(index) == len(kept)
        np.testing.assert_allclose(index.similarities(query), wanted, atol=1e-6)
        assert np.all(np.diff(index.postings.terms) > 0)


@given(st.integers(0, 9), st.integers(0, 12))
@settings(deadline=None)
def test_a_slice_answers_for_its_rows(start, stop):
    index = LexicalIndex.of(PROFILES)
    part = index.slice(start, stop)
    assert len(part) == len(PROFILES[start:stop])
    for query in POLICIES:
        np.testing.assert_array_equal(part.similarities(query), index.similarities(query)[start:stop])
    inner = part.slice(1, 3)
    np.testing.assert_array_equal(inner.similarities(PROFILES[4]), index.similarities(PROFILES[4])[start:stop][1:3])


def test_a_slice_can_be_merged_like_a_whole():
    index = LexicalIndex.of(PROFILES)
    merged = LexicalIndex.joined([index.slice(2, 5), index], np.array([0, 1, 0]), np.array([1, 9, 0]))
    for query in POLICIES:
        np.testing.assert_array_equal(merged.similarities(query), index.similarities(query)[[3, 9, 2]])


def test_joined_a_range_of_terms_at_a_time_it_is_the_same(monkeypatch):
    index = LexicalIndex.of(PROFILES)
    monkeypatch.setattr(postings, "_BLOCK", 50)
    merged = LexicalIndex.joined([index], np.zeros(len(PROFILES), dtype=np.int8), np.arange(len(PROFILES)))
    for name in ("terms", "bounds", "rows", "scales"):
        np.testing.assert_array_equal(getattr(merged.postings, name), getattr(index.postings, name))


def test_saved_and_mapped_it_answers_the_same(tmp_path):
    index = LexicalIndex.of(PROFILES)
    index.slice(2, 7).save(tmp_path / "words")
    opened = LexicalIndex.open(tmp_path / "words")
    for query in POLICIES:
        np.testing.assert_array_equal(opened.similarities(query), index.similarities(query)[2:7])


@pytest.mark.parametrize("name", ["terms", "bounds", "rows", "scales", "rarity"])
def test_an_index_with_a_part_missing_or_of_another_kind_is_refused(tmp_path, name):
    LexicalIndex.of(PROFILES).save(tmp_path)
    path = tmp_path / f"{name}.npy"
    for content in (b"", b"\x93NUMPY", path.read_bytes()[:-1]):
        path.write_bytes(content)
        with pytest.raises(InvalidVectors, match="重建索引"):
            LexicalIndex.open(tmp_path)
    np.save(path, np.zeros(3, dtype=np.float64))
    with pytest.raises(InvalidVectors, match="重建索引"):
        LexicalIndex.open(tmp_path)


def test_terms_are_characters_and_pairs_without_punctuation():
    terms = count_terms(["专利，专利", "", "A1"])
    assert np.diff(terms.bounds).tolist() == [4, 0, 3]
    assert sorted(terms.counts[:4].tolist()) == [1, 2, 2, 2]
    assert terms.part(2, 3).slots.tolist() == count_terms(["a1"]).slots.tolist()
