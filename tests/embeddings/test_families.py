"""An encoder gets the prompts that its family was trained with, unless it carries or is given others."""

import json
import shutil

import numpy as np
import pytest

from embeddings.encoder import load_encoder, shipped_model
from embeddings.families import prompts_by_name

_CHINESE = "为这个句子生成表示以用于检索相关文章："
_ENGLISH = "Represent this sentence for searching relevant passages: "
_INSTRUCTION = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("BAAI/bge-small-zh-v1.5", _CHINESE, ""),
        ("BAAI/bge-large-zh", _CHINESE, ""),
        ("BAAI/bge-base-en-v1.5", _ENGLISH, ""),
        ("BAAI/bge-m3", "", ""),
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/e5-large-v2", "query: ", "passage: "),
        ("intfloat/multilingual-e5-large-instruct", _INSTRUCTION, ""),
        ("intfloat/e5-mistral-7b-instruct", _INSTRUCTION, ""),
        ("Alibaba-NLP/gte-Qwen2-1.5B-instruct", _INSTRUCTION, ""),
        ("thenlper/gte-base-zh", "", ""),
        ("moka-ai/m3e-base", "", ""),
        ("shibing624/text2vec-base-chinese", "", ""),
        ("somebody/house5-small", "", ""),
        ("models/bge-small-zh-v1.5/", _CHINESE, ""),
        ("C:\\models\\multilingual_e5_base", "query: ", "passage: "),
        ("cache/models--BAAI--bge-small-zh-v1.5/snapshots/7999e1d3", _CHINESE, ""),
        ("bge-small-zh/multilingual-e5-small", "query: ", "passage: "),
        ("multilingual-e5-small/m3e-base", "", ""),
        ("", "", ""),
    ],
)
def test_prompts_follow_the_name(name, query, passage):
    assert prompts_by_name(name) == (query, passage)


@pytest.fixture(params=["static", "transformers"])
def model_called(tmp_path, request):
    """A copy of the shipped model under a name; one with a module more is left to sentence-transformers."""

    def make(name, prompts=None, default=None):
        folder = tmp_path / name
        shutil.copytree(shipped_model(), folder)
        if request.param == "transformers":
            modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
            again = modules[-1] | {"idx": 2, "name": "2", "path": "2_Normalize"}
            shutil.copytree(folder / "1_Normalize", folder / "2_Normalize")
            (folder / "modules.json").write_text(json.dumps([*modules, again]), encoding="utf-8")
        configuration = {"prompts": prompts or {}, "default_prompt_name": default, "similarity_fn_name": "cosine"}
        (folder / "config_sentence_transformers.json").write_text(json.dumps(configuration), encoding="utf-8")
        return folder

    return make


def _holds(encoder, query, passage):
    plain = load_encoder()
    np.testing.assert_allclose(encoder.encode_queries(["贷款"]), plain.encode([f"{query}贷款"]), atol=1e-5)
    np.testing.assert_allclose(encoder.encode(["贷款"]), plain.encode([f"{passage}贷款"]), atol=1e-5)
    assert query == passage or not np.allclose(encoder.encode_queries(["贷款"]), encoder.encode(["贷款"]), atol=1e-3)


def test_a_folder_named_for_its_family_gets_its_prompts(model_called):
    _holds(load_encoder(model_called("bge-small-zh-v1.5")), _CHINESE, "")
    _holds(load_encoder(str(model_called("multilingual-e5-small"))), "query: ", "passage: ")


def test_what_is_given_counts_more_than_the_name_and_none_can_be_given(model_called):
    folder = model_called("bge-small-zh-v1.5")
    _holds(load_encoder(folder, query_prompt="查询："), "查询：", "")
    _holds(load_encoder(folder, query_prompt=""), "", "")
    assert load_encoder(folder).fingerprint != load_encoder(folder, query_prompt="").fingerprint


def test_what_the_model_carries_counts_more_than_its_name(model_called):
    carried = {"query": "检索：", "document": "文档："}
    _holds(load_encoder(model_called("bge-small-zh-v1.5", carried)), "检索：", "文档：")


def test_a_default_prompt_of_the_model_is_not_put_before_stored_texts(model_called):
    _holds(load_encoder(model_called("any", {"query": "检索："}, "query")), "检索：", "")
