"""The sparse index answers by value what the definition of TF-IDF cosine answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import lexical
from embeddings.errors import InvalidVectors, UnknownKeys
from embeddings.lexical import LexicalIndex
from embeddings.tokenise import build_tokenizer, encodable
from tests.embeddings.texts import ODD, POLICIES, PROFILES
from tests.fakes.brute_force import BruteOverlap

WORDS = {"专利": 50, "质押": 30, "贷款": 80, "银行": 60, "设备": 40, "医疗": 40, "医疗设备": 20, "crm": 5, "的": 500}
TOKENIZER = build_tokenizer(WORDS, 10_000)
PIECES = st.sampled_from([*WORDS, "龘", "，", " ", "云", "平台", "A", "7"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def cut(text):
    return [TOKENIZER.id_to_token(word) for word in TOKENIZER.encode(encodable(text)).ids if word > 0]


def pair(keys, texts):
    index, plain = LexicalIndex(TOKENIZER), BruteOverlap(cut)
    for each in (index, plain):
        each.build(keys, texts)
    return index, plain


CHANGES = st.lists(st.tuples(st.booleans(), st.dictionaries(st.integers(0, 9), TEXTS, max_size=4)), max_size=6)


@given(st.lists(TEXTS, max_size=8), CHANGES, TEXTS, st.integers(0, 4))
@settings(deadline=None, max_examples=60)
def test_after_any_changes_it_answers_as_the_plain_one(texts, changes, query, room):
    index, plain = pair(range(len(texts)), texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexical, "_WAITING_ROWS", room)
        for removes, content in changes:
            for each in (index, plain):
                each.remove(list(content)) if removes else each.upsert(list(content), list(content.values()))
    held = sorted(plain.stored)
    assert sorted(index.keys.tolist()) == held
    assert len(index) == len(held)
    np.testing.assert_allclose(index.similarities(query, held), plain.similarities(query, held), atol=1e-5)


def test_a_text_is_one_with_itself_and_nothing_with_a_stranger():
    index, _ = pair([1, 2], ["专利质押贷款", "云平台"])
    np.testing.assert_allclose(index.similarities("专利质押贷款", [1, 2]), [1, 0], atol=1e-6)


def test_rare_words_weigh_more():
    texts = ["的银行", "的银行", "的银行", "的设备"]
    index, _ = pair([1, 2, 3, 4], texts)
    found = index.similarities("银行设备", [1, 4])
    assert found[1] > found[0]


def test_order_of_keys_is_the_order_of_answers():
    index, _ = pair([5, 1], ["贷款", "银行"])
    assert index.similarities("银行", [1, 5, 1]).tolist() == pytest.approx([1, 0, 1], abs=1e-6)


def test_unknown_and_repeated_keys_are_refused():
    index, _ = pair([1], ["贷款"])
    with pytest.raises(UnknownKeys, match="9"):
        index.similarities("贷款", [9])
    with pytest.raises(InvalidVectors):
        index.upsert([2, 2], ["贷款", "银行"])
    with pytest.raises(InvalidVectors):
        index.build([2], ["贷款", "银行"])
    assert index.keys.tolist() == [1]


def test_odd_texts_are_answered_between_0_and_1():
    index, _ = pair(range(len(ODD)), ODD)
    for query in (*ODD, *PROFILES):
        found = index.similarities(query, range(len(ODD)))
        assert np.all((found >= 0) & (found <= 1))
        assert found.dtype == np.float32


def test_saved_and_loaded_it_answers_the_same(tmp_path):
    index, _ = pair(range(10), PROFILES)
    index.upsert([3, 40], POLICIES[:2])
    index.remove([5])
    index.save(tmp_path / "words")
    loaded = LexicalIndex.load(tmp_path / "words", TOKENIZER)
    keys = sorted(index.keys.tolist())
    assert sorted(loaded.keys.tolist()) == keys
    for query in POLICIES:
        np.testing.assert_allclose(loaded.similarities(query, keys), index.similarities(query, keys), atol=1e-6)


def test_an_index_of_other_words_is_refused(tmp_path):
    pair([1], ["贷款"])[0].save(tmp_path / "words")
    with pytest.raises(InvalidVectors, match="重建索引"):
        LexicalIndex.load(tmp_path / "words", build_tokenizer({"贷款": 1}))
