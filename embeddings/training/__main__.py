"""`python -m embeddings.training`: make the shipped model from the data, the same each time."""

import argparse
import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from embeddings.encoder import shipped_model
from embeddings.evaluation.methods import dense
from embeddings.evaluation.metrics import per_query
from embeddings.evaluation.tasks import development_tasks
from embeddings.static import load_static
from embeddings.training.card import model_card
from embeddings.training.composition import composition
from embeddings.training.data import TrainingData
from embeddings.training.export import write_model
from embeddings.training.initial import initial_units
from embeddings.training.sources import CUTTING, SOURCES
from embeddings.training.trainer import TrainingPlan, train
from embeddings.training.vocabulary import Lexicon, build_lexicon

_DIMENSION = 256


def main() -> None:
    """Read the arguments, train, write the model and its card."""
    parser = argparse.ArgumentParser(description="Train the shipped Chinese model from the public data.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=shipped_model())
    parser.add_argument("--words", type=int, default=60_000)
    parser.add_argument("--steps", type=int, default=TrainingPlan().steps)
    parser.add_argument("--seed", type=int, default=TrainingPlan().seed)
    parser.add_argument("--cache", type=Path, help="folder that keeps the first word vectors between runs")
    parser.add_argument("--selecting", action="store_true", help="hold out the selection split too, to choose by it")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)  # the steps are small: a second thread waits more than it works
    plan = replace(TrainingPlan(), steps=arguments.steps, seed=arguments.seed)
    data = TrainingData(arguments.data, selecting=arguments.selecting)
    with tempfile.TemporaryDirectory() as passing, threadpool_limits(1):  # sums differ by the number of threads
        make_model(data, arguments.out, plan, arguments.words, arguments.cache or Path(passing))


def make_model(data: TrainingData, folder: Path, plan: TrainingPlan, words: int, cache: Path) -> None:
    """Train by `plan` with a vocabulary of `words` words and write the model folder; `cache` keeps first vectors."""
    texts = training_texts(data)
    lexicon = build_lexicon(data, texts, words)
    tokenizer = lexicon.tokenizer()
    matrix, names = composition(tokenizer, texts)
    units = initial_units(matrix, names, lexicon, _DIMENSION, cache, plan.seed)
    table = train(data, tokenizer, matrix, units, plan)
    facts = _facts(plan, lexicon)
    write_model(folder, tokenizer, table, model_card(facts, {}))
    (folder / "README.md").write_text(model_card(facts, development_results(data, folder)), encoding="utf-8")


def training_texts(data: TrainingData) -> list[str]:
    """Give every different text that the sources draw once, but for those that only cut others into pieces."""
    random = Random(0)  # noqa: S311  # not for secrets
    drawn = (pair for source, _ in SOURCES if source not in CUTTING for pair in source(data, random))
    return list(dict.fromkeys(text for pair in drawn for text in pair))


def development_results(data: TrainingData, folder: Path) -> dict[str, float]:
    """Measure the MRR of the model in `folder` on each task of the side that `data` asks about."""
    score = dense(load_static(folder))
    return {task.name: _mrr(score(task.queries, task.candidates), task.relevant) for task in development_tasks(data)}


def _mrr(scores: NDArray[np.float32], relevant: tuple[frozenset[int], ...]) -> float:
    return float(per_query(scores, relevant)["MRR"].mean())


def _facts(plan: TrainingPlan, lexicon: Lexicon) -> dict[str, object]:
    return {
        "words": f"{len(lexicon.frequencies):,}",
        "dimension": _DIMENSION,
        "steps": f"{plan.steps:,}",
        "batch": f"{plan.batch:,}",
        "scale": plan.scale,
        "widths": ", ".join(map(str, plan.widths)),
        "dropout": plan.dropout,
        "rate": plan.rate,
        "seed": plan.seed,
    }


if __name__ == "__main__":
    main()
