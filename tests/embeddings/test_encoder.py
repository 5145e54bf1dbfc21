"""The shipped model without torch is the same model as with sentence-transformers."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import TransformerEncoder, load_encoder, shipped_model
from embeddings.errors import InvalidEncoder
from embeddings.static import StaticEncoder, load_static
from tests.embeddings.texts import ODD, POLICIES, PROFILES
from tests.thorough import examples


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture(scope="module")
def reference():
    from sentence_transformers import SentenceTransformer

    return TransformerEncoder(SentenceTransformer(str(shipped_model()), device="cpu"))


def test_a_folder_with_a_static_model_is_the_same_encoder(encoder):
    found = load_encoder(shipped_model())
    assert isinstance(found, StaticEncoder)
    assert (found.fingerprint, found.prompts) == (encoder.fingerprint, ("", ""))


def test_equals_sentence_transformers(encoder, reference):
    texts = [*PROFILES, *POLICIES, "", "。", "贷款", "龘龘"]
    found, wanted = encoder.encode(texts), reference.encode(texts)
    assert found.dtype == np.float32
    assert found.shape == (len(texts), encoder.dimension) == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_another_road_to_the_same_weights_has_another_fingerprint(encoder, reference):
    assert encoder.fingerprint != reference.fingerprint


def test_does_not_import_torch():
    script = (
        "import sys, json; from embeddings.encoder import load_encoder; e = load_encoder();"
        "v = e.encode(['贷款']); print(json.dumps(['torch' in sys.modules, 'sentence_transformers' in sys.modules,"
        " float((v * v).sum())]))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    torch_there, library_there, length = json.loads(answer)
    assert (torch_there, library_there) == (False, False)
    assert length == pytest.approx(1, abs=1e-5)


def test_rows_are_unit_or_zero_for_any_text(encoder):
    lengths = np.linalg.norm(encoder.encode(ODD), axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))
    assert lengths[0] == lengths[2] == lengths[3] == 0
    assert lengths[-1] == pytest.approx(1, abs=1e-5)


@given(st.lists(st.text(st.characters(codec=None), max_size=30), max_size=6))
@settings(max_examples=examples(60), deadline=None)
def test_each_row_depends_on_its_text_alone(texts):
    encoder = _ENCODER
    together = encoder.encode(texts)
    assert together.shape == (len(texts), encoder.dimension)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(row, encoder.encode([text])[0], atol=1e-6)


def test_a_lone_surrogate_does_not_change_its_neighbours(encoder):
    alone = encoder.encode(["专利贷"])
    np.testing.assert_array_equal(encoder.encode(["专利贷", "\ud800"])[0], alone[0])


def test_batches_join_without_a_seam(encoder):
    texts = [f"{PROFILES[number % 10]}{number}" for number in range(1_030)]
    found = encoder.encode(texts)
    np.testing.assert_allclose(
        found[[0, 1_023, 1_024, 1_029]], encoder.encode([texts[x] for x in (0, 1_023, 1_024, 1_029)]), atol=1e-6
    )


def test_meaning_outranks_wording(encoder):
    query = encoder.encode_queries(["做体外诊断试剂的医疗器械企业"])[0]
    assert int(np.argmax(encoder.encode(PROFILES) @ query)) in (0, 6)


def test_prompts_count(encoder):
    prompted = load_encoder(query_prompt="查询：", passage_prompt="文本：")
    assert prompted.fingerprint != encoder.fingerprint
    np.testing.assert_array_equal(prompted.encode(["贷款"]), encoder.encode(["文本：贷款"]))
    np.testing.assert_array_equal(prompted.encode_queries(["贷款"]), encoder.encode(["查询：贷款"]))


def test_the_fingerprint_follows_the_weights(tmp_path, encoder):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).write_bytes((shipped_model() / name).read_bytes())
    assert load_static(folder).fingerprint == encoder.fingerprint
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    assert load_static(folder).fingerprint != encoder.fingerprint


@pytest.mark.parametrize("spoilt", ["model.safetensors", "tokenizer.json"])
def test_a_truncated_model_is_refused(tmp_path, spoilt):
    for name in ("model.safetensors", "tokenizer.json"):
        content = (shipped_model() / name).read_bytes()
        (tmp_path / name).write_bytes(content[:1_000] if name == spoilt else content)
    with pytest.raises(InvalidEncoder, match="无法读取"):
        load_static(tmp_path)


def test_a_missing_model_is_refused(tmp_path):
    with pytest.raises(InvalidEncoder, match="RONGTONG_ENCODER"):
        load_encoder(tmp_path / "nothing")
    with pytest.raises(InvalidEncoder, match=r"没有 model\.safetensors"):
        load_static(tmp_path)


_ENCODER = load_encoder()
