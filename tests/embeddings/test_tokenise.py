"""The Unigram model cuts as jieba without its hidden Markov model."""

import json
import math
import re
from functools import cache

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import shipped_model
from embeddings.static import load_static
from embeddings.tokenise import (
    build_tokenizer,
    encodable,
    jieba_frequencies,
    joining_frequency,
    normalised,
    with_domain_words,
)
from tests.embeddings.texts import POLICIES, PROFILES

CLAUSES = tuple(clause for text in PROFILES + POLICIES for clause in re.findall("[\u4e00-\u9fff]+", text))


@pytest.fixture(scope="module")
def general():
    return build_tokenizer(jieba_frequencies())


def cut(tokenizer, text):
    encoding = tokenizer.encode(text, add_special_tokens=False)
    return [text[start:end] for start, end in encoding.offsets]


@pytest.mark.parametrize("clause", CLAUSES)
def test_cuts_as_jieba_over_its_whole_dictionary(general, clause):
    assert cut(general, clause) == jieba.lcut(clause, HMM=False)


@given(st.lists(st.sampled_from([*CLAUSES, "龘", "鱻", "亍", "我", "的"]), min_size=1, max_size=6))
def test_cuts_mixtures_as_probable_as_jieba(clauses):
    tokenizer = _GENERAL
    text = "".join(clauses)
    ours, theirs = cut(tokenizer, text), jieba.lcut(text, HMM=False)
    if not set(text) & set("龘鱻亍"):
        assert _weight(ours) == pytest.approx(_weight(theirs))
    assert "".join(ours) == text


def test_the_shipped_words_are_cut_as_jieba_with_the_same_words():
    tokenizer = load_static(shipped_model()).tokenizer
    reference = jieba.Tokenizer()
    total = sum(jieba_frequencies().values())
    words = {word: round(math.exp(score) * total) for word, score in json.loads(tokenizer.to_str())["model"]["vocab"]}
    reference.FREQ = {word[:end]: 0 for word in words for end in range(1, len(word))} | words
    reference.total, reference.initialized = total, True
    for clause in CLAUSES:
        assert cut(tokenizer, clause) == reference.lcut(clause, HMM=False)


def test_latin_runs_and_digits_stay_whole_and_punctuation_only_separates(general):
    assert cut(general, "zqxwv系统,2024年") == ["zqxwv", "系统", "2024", "年"]
    assert cut(general, "。。！？—") == []


def test_width_and_case_do_not_matter(general):
    assert general.encode("ＩＴ行业").ids == general.encode("it行业").ids


def test_a_domain_word_is_cut_whole_only_when_added():
    assert "专精特新" not in jieba.lcut("专精特新企业", HMM=False)
    extended = build_tokenizer(with_domain_words(jieba_frequencies(), ["专精特新"]))
    assert cut(extended, "专精特新企业") == ["专精特新", "企业"]


def test_joining_frequency_is_the_smallest_that_joins():
    frequencies = {"中": 40, "心": 20, "中心": 2}
    assert joining_frequency("中心", frequencies, 100) == 9
    frequencies["中心"] = 9
    assert cut(build_tokenizer(frequencies, 100), "中心") == ["中心"]
    frequencies["中心"] = 7
    assert cut(build_tokenizer(frequencies, 100), "中心") == ["中", "心"]


@given(st.text(st.characters(codec=None), max_size=40))
def test_anything_becomes_encodable(text):
    cleaned = encodable(text)
    assert len(cleaned) == len(text)
    cleaned.encode("utf-8")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=30)
    | st.text("ＡＢａ１①㎡éＥe\u0301ſK專專，（", max_size=20)
)
def test_normalising_beforehand_changes_no_cut(text):
    bare = _bare()
    assert _GENERAL.encode(text).ids == bare.encode(normalised(text)).ids


_GENERAL = build_tokenizer(jieba_frequencies())


@cache
def _bare():
    tokenizer = build_tokenizer(jieba_frequencies())
    tokenizer.normalizer = None
    return tokenizer


def _weight(words):
    return sum(math.log(jieba_frequencies().get(word, 1)) - math.log(6e7) for word in words)
