"""Running every method on every task, and the table of what came out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from embeddings.evaluation import methods
from embeddings.evaluation.metrics import Figure, figure, per_query, rank_correlation
from embeddings.evaluation.tasks import Task, development_tasks
from embeddings.static import StaticEncoder
from embeddings.training.data import TrainingData

METRICS = ("recall@1", "recall@10", "MRR", "nDCG@10")
NARROWER = (128, 64)
"""Widths at which the shipped model's first components are measured alone (Matryoshka)."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One method on one task: each metric with its interval."""

    method: str
    task: str
    figures: Mapping[str, Figure]


def run(
    data: Path,
    encoders: Mapping[str, Encoder],
    *,
    shipped: StaticEncoder,
    watch: Callable[[str, str], None] | None = None,
) -> tuple[Measurement, ...]:
    """Measure the baselines, the shipped model, the hybrid and any other encoder on the development tasks.

    `data` is the folder of public data; `watch` is told each method and task as it begins.
    """
    compared: dict[str, methods.Method] = {
        "char TF-IDF": methods.character_tfidf,
        "BM25, jieba": methods.bm25_words,
        "LSA 256": methods.latent_semantic,
        "shipped": methods.dense(shipped),
        **{f"shipped, first {width}": methods.dense(shipped, width) for width in NARROWER},
        "lexical": methods.lexical,
        "hybrid": methods.hybrid(shipped),
        **{name: methods.dense(encoder) for name, encoder in encoders.items()},
    }
    found = []
    for task in development_tasks(TrainingData(data)):
        for name, method in compared.items():
            if watch:
                watch(name, task.name)
            found.append(_measured(name, method, task))
    return tuple(found)


def graded_similarity(data: Path, encoder: Encoder) -> float:
    """Give Spearman's correlation with the grades of STS-B zh dev, which training does not see."""
    rows = TrainingData(data).graded("dev")
    left, right = encoder.encode([row[0] for row in rows]), encoder.encode([row[1] for row in rows])
    return rank_correlation((left * right).sum(axis=1).astype(np.float64), np.asarray([row[2] for row in rows]))


def markdown(measurements: Sequence[Measurement], graded: Mapping[str, float]) -> str:
    """Write the measurements as Markdown: MRR of all methods by task, then every metric with its interval."""
    tasks = list(dict.fromkeys(item.task for item in measurements))
    names = list(dict.fromkeys(item.method for item in measurements))
    cells = {(item.method, item.task): item.figures for item in measurements}
    lines = [
        "# Retrieval on the development tasks",
        "",
        "Companies, classes, products and articles held out of training; written by",
        "`python -m embeddings.evaluation`, not by hand.",
        "A task's query finds one text among all; MRR, higher is better.",
        "",
        f"| MRR | {' | '.join(tasks)} | mean |",
        f"|---|{'---|' * (len(tasks) + 1)}",
    ]
    for name in names:
        values = [cells[name, task]["MRR"].mean for task in tasks]
        lines.append(f"| {name} | {' | '.join(f'{x:.3f}' for x in [*values, float(np.mean(values))])} |")
    lines += ["", "## STS-B zh dev, Spearman", ""]
    lines += [f"- {name}: {value:.3f}" for name, value in graded.items()]
    lines += ["", "## Every metric, with 95 % bootstrap intervals", "", f"| task | method | {' | '.join(METRICS)} |"]
    lines += [f"|---|---|{'---|' * len(METRICS)}"]
    for item in measurements:
        shown = [f"{x.mean:.3f} ({x.low:.3f}-{x.high:.3f})" for x in (item.figures[name] for name in METRICS)]
        lines.append(f"| {item.task} | {item.method} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _measured(name: str, method: methods.Method, task: Task) -> Measurement:
    values = per_query(method(task.queries, task.candidates), task.relevant)
    return Measurement(name, task.name, {metric: figure(values[metric]) for metric in METRICS})
