"""The prompts that families of encoders were trained with, chosen by a model's name: bge, e5, gte, m3e and others.

A prompt is text put before what is encoded; without it such a model ranks worse than its authors state. The table is
written from what the authors of BAAI FlagEmbedding, intfloat E5, Alibaba GTE and Moka M3E are known to ask for, not
checked against their cards here; a family without a prompt stands here with none, so that a later and wider pattern
does not catch it. A prompt that is given, or that the model's own configuration carries, goes before the table.
"""

import re
from typing import NamedTuple

_BGE_CHINESE = "为这个句子生成表示以用于检索相关文章："
_BGE_ENGLISH = "Represent this sentence for searching relevant passages: "
_INSTRUCTION = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "


class Prompts(NamedTuple):
    """What is put before a search text and before a stored text; empty where nothing is."""

    query: str = ""
    passage: str = ""


_BY_NAME: tuple[tuple[re.Pattern[str], Prompts], ...] = (
    (re.compile(r"\bbge-m3\b"), Prompts()),
    (re.compile(r"\bbge-(small|base|large)-zh\b"), Prompts(query=_BGE_CHINESE)),
    (re.compile(r"\bbge-(small|base|large)-en\b"), Prompts(query=_BGE_ENGLISH)),
    (re.compile(r"\be5-.*\binstruct\b"), Prompts(query=_INSTRUCTION)),
    (re.compile(r"\be5-(small|base|large)\b"), Prompts(query="query: ", passage="passage: ")),
    (re.compile(r"\bgte-qwen.*\binstruct\b"), Prompts(query=_INSTRUCTION)),
    (re.compile(r"\bgte-"), Prompts()),
    (re.compile(r"\bm3e-"), Prompts()),
)


def prompts_by_name(source: str) -> Prompts:
    """Give the prompts of the family that a hub name or path names; none where no family is recognised.

    The part of a path nearest to its end that names a family decides: `BAAI/bge-small-zh-v1.5`, a folder of that name,
    and the hub's cache (`models--BAAI--bge-small-zh-v1.5/snapshots/<hash>`) are all bge.
    """
    parts = source.lower().replace("\\", "/").replace("_", "-").split("/")
    named = (prompts for part in reversed(parts) for pattern, prompts in _BY_NAME if pattern.search(part))
    return next(named, Prompts())
