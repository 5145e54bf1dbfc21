"""Our engine and raw FAISS by turns in one process (并排测量), so that whatever else the machine does falls on both.

    python -m tests.benchmarks.beside WORLD FOLDER RESULT SECONDS

For each filter and question in turn: FAISS with ready IDs, our filter, our search among what it found.
"""

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.faiss_flat import FaissFlat
from tests.benchmarks.peers.ours import Ours
from tests.benchmarks.peers.port import Question
from tests.benchmarks.prepared import World
from tests.benchmarks.report import table

_MOST, _LEAST = 400, 20
ALLOWED_RATIO, ALLOWED_FILTER_MS = 1.5, 3.0
"""What our search may take: this many times raw FAISS, and so many ms for the filter."""


def main(arguments: list[str]) -> None:
    """Measure; the milliseconds of each part go to a JSON file."""
    world, folder = World(Path(arguments[0])), Path(arguments[1])
    raw, ours = FaissFlat(), Ours()
    for name, engine in (("raw", raw), ("ours", ours)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        engine.build(world, folder / name)
        engine.open(world, folder / name)
    questions = [Question(text, vector) for text, vector in zip(world.questions, world.queries(), strict=True)]
    found = {chosen.name: by_turns(raw, ours, questions, chosen, float(arguments[3])) for chosen in world.filters}
    Path(arguments[2]).write_text(json.dumps(found), encoding="utf-8")


def by_turns(
    raw: FaissFlat, ours: Ours, questions: list[Question], chosen: Filter, seconds: float
) -> dict[str, list[float]]:
    """Milliseconds of each turn of the three parts, after a round that is not counted."""
    taken: dict[str, list[float]] = {"raw": [], "filter": [], "nearest": []}
    began, turn = perf_counter(), -len(questions)
    while turn < _MOST and (perf_counter() - began < seconds or turn < _LEAST):
        question = questions[turn % len(questions)]
        marks = [perf_counter()]
        raw.search(question, chosen)
        marks.append(perf_counter())
        passing = ours.passing(chosen)
        marks.append(perf_counter())
        ours.nearest(question, passing)
        marks.append(perf_counter())
        if turn >= 0:
            for part, spent in zip(taken.values(), np.diff(marks) * 1000, strict=True):
                part.append(float(spent))
        turn += 1
    return taken


def told(found: dict[str, Any]) -> str:
    """The table: medians, and whether we stay within what is allowed."""
    rows = []
    for name, parts in found.items():
        raw, chosen, nearest = (float(np.median(parts[part])) for part in ("raw", "filter", "nearest"))
        total = float(np.median(np.add(parts["filter"], parts["nearest"])))
        allowed = ALLOWED_RATIO * raw + ALLOWED_FILTER_MS
        rows.append(
            [
                name,
                *(f"{value:.2f}" for value in (raw, chosen, nearest, nearest / raw, total, allowed)),
                _verdict(total, allowed),
            ]
        )
    head = ["passing", "FAISS ready IDs", "our filter", "our search", "search / FAISS", "ours in all"]
    return table([*head, f"{ALLOWED_RATIO} x FAISS + {ALLOWED_FILTER_MS:.0f} ms", "within"], rows)


def _verdict(total: float, allowed: float) -> str:
    return "yes" if total <= allowed else "no"


if __name__ == "__main__":
    main(sys.argv[1:])
