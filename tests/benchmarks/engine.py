"""Our engine beside raw FAISS and what else one would pick (引擎对照): the same work, one after another, one table.

    python -m tests.benchmarks.engine [--rows 100000] [--only faiss,duckdb] [--short] [--write]

The work: the 1,000 rows most like a question among those that pass a five-attribute filter that 0.1, 1, 10 or 50 % of
the rows pass; the filter is evaluated within the time, except for raw FAISS, which has the IDs ready. Each engine
builds and answers in processes of its own. An engine that cannot be installed or fails is listed with its error.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from tests.benchmarks.beside import told
from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LEXICAL, PEERS
from tests.benchmarks.prepared import World, prepare
from tests.benchmarks.report import table, write_section

YARDSTICK, OURS = "faiss", "rongtong"
YARDSTICKS = (YARDSTICK, "rongtong-lexical")
SHORT = (YARDSTICK, OURS, "duckdb")
_SAME = 1e-5


@dataclass(slots=True)
class Outcome:
    """What one engine did: its measurements, or the error that ended it."""

    name: str
    build: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)
    recall: dict[str, float] = field(default_factory=dict)
    error: str = ""

    def median(self, chosen: Filter) -> float:
        """The median of a filter's searches by the clock, ms."""
        return float(np.percentile(self.asked["times"][chosen.name]["wall_ms"], 50))


def main() -> None:
    """Measure, print, and write the section where that is wanted."""
    options = parsed()
    world = prepare(options.folder, options.rows)
    names = SHORT if options.short else tuple(options.only.split(",")) if options.only else tuple(PEERS)
    outcomes = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        outcomes.append(measured(name, world, options))
    judged(outcomes, world, options.folder)
    body = described(outcomes, world)
    if {YARDSTICK, OURS} <= set(names):
        body += "\n\nOurs and raw FAISS by turns in one process, medians in ms:\n\n" + beside(world, options)
    print(body)
    if options.write:
        write_section(f"engine-{options.rows}", f"Filtered exact search, {options.rows:,} synthetic enterprises", body)
    failed = [item for item in outcomes if item.name in SHORT and (item.error or min(item.recall.values()) < 1)]
    sys.exit("\n".join(f"{item.name}: {item.error or item.recall}" for item in failed))


def parsed() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", default="", help="names of engines, with commas between")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each filter is asked")
    parser.add_argument(
        "--most", type=float, default=1_800.0, help="seconds that an engine may take to build or answer"
    )
    parser.add_argument("--folder", type=Path, default=Path(gettempdir()) / "rongtong-benchmarks")
    parser.add_argument("--short", action="store_true", help="20,000 rows, raw FAISS, ours and DuckDB only")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    options = parser.parse_args()
    if options.short:
        options.rows, options.seconds = 20_000, 0.3
    return options


def measured(name: str, world: World, options: argparse.Namespace) -> Outcome:
    """Build and ask one engine; what it built is removed again."""
    outcome, folder = Outcome(name), options.folder / "built" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        outcome.build = _run(name, "build", world, folder, options)
        outcome.asked = _run(name, "ask", world, folder, options)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        outcome.error = _said(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def beside(world: World, options: argparse.Namespace) -> str:
    """Ours and raw FAISS by turns, in a process of its own."""
    folder, result = options.folder / "built" / "beside", options.folder / "beside.json"
    command = [sys.executable, "-m", "tests.benchmarks.beside", str(world.folder), str(folder), str(result)]
    try:
        subprocess.run(
            [*command, str(options.seconds)], check=True, capture_output=True, text=True, timeout=options.most
        )
        return told(json.loads(result.read_text(encoding="utf-8")))
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return f"failed: `{_said(error)}`"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(name: str, task: str, world: World, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    result = _answers(options.folder, name).with_suffix(".json")
    command = [sys.executable, "-m", "tests.benchmarks.peers", name, task, str(world.folder), str(folder), str(result)]
    subprocess.run([*command, str(options.seconds)], check=True, capture_output=True, text=True, timeout=options.most)
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _said(error: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"not done after {error.timeout:.0f} s"
    lines = [line for line in (error.stderr or "").splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else f"ended with {error.returncode}"


def judged(outcomes: Sequence[Outcome], world: World, folder: Path) -> None:
    """Recall of every engine of vectors against raw FAISS, by similarity, so that equals may stand for each other."""
    truth, vectors, queries = np.load(_answers(folder, YARDSTICK)), world.vectors(), world.queries()
    plain = world.plain()
    passing = {chosen.name: chosen.passing(plain) for chosen in world.filters}
    for outcome in outcomes:
        if outcome.error or outcome.name in LEXICAL:
            continue
        found, shares = np.load(_answers(folder, outcome.name)), {}
        for chosen in world.filters:
            keys = [f"{chosen.name}/{place}" for place in range(len(queries))]
            lists = [
                recalled(found[key], truth[key], passing[chosen.name], vectors, query)
                for key, query in zip(keys, queries, strict=True)
            ]
            shares[chosen.name] = float(np.mean(lists))
        outcome.recall = shares


def recalled(
    found: np.ndarray, truth: np.ndarray, passing: np.ndarray, vectors: np.ndarray, query: np.ndarray
) -> float:
    """The share of the right rows that was found; a row that passes and is as near as the last right one is right."""
    if not len(truth):
        return float(not len(found))
    worst = float(np.min(vectors[truth] @ query))
    given = np.unique(found)
    given = given[passing[given]]
    return min(1.0, int(np.sum(vectors[given] @ query >= worst - _SAME)) / len(truth))


def _answers(folder: Path, name: str) -> Path:
    return folder / f"{name}.npz"


def described(outcomes: Sequence[Outcome], world: World) -> str:
    """The tables, what each engine was told, and what failed."""
    done = [item for item in outcomes if not item.error]
    vectors, words = ([item for item in done if (item.name in LEXICAL) is lexical] for lexical in (False, True))
    head = [chosen.name for chosen in world.filters]
    parts = [
        f"The {len(world.questions)} questions are what offers of the catalogue say; each filter is five attributes. "
        "p50 / p99 in ms by the clock, in brackets the p50 as a multiple of raw FAISS with ready IDs; recall@1000 is "
        "the least of the four.",
        table(["engine", *head, "recall"], [_times(item, vectors, world) for item in vectors]),
        *_words(words, world),
        "Milliseconds of processor time a search, servers included:",
        table(["engine", *head], [_processor(item, head) for item in done]),
        "Memory is the most that was resident while answering (mapped files and the interpreter included; for a "
        "server its share), disk after building:",
        table(["engine", "build s", "load s", "memory MB", "disk MB"], [_sizes(item) for item in done]),
        "\n".join(f"- {item.name}: {item.asked['settings']}" for item in done),
        "\n".join(f"- {item.name} failed: `{item.error}`" for item in outcomes if item.error),
    ]
    return "\n\n".join(part for part in parts if part)


def _words(words: Sequence[Outcome], world: World) -> list[str]:
    if not words:
        return []
    head = [chosen.name for chosen in world.filters]
    rows = [_times(item, words, world) for item in words]
    return [
        "The same by words, as multiples of ours (what is similar is the engine's own view):",
        table(["engine", *head, ""], rows),
    ]


def _processor(item: Outcome, head: Sequence[str]) -> list[str]:
    return [item.name, *(f"{item.asked['times'][name]['cpu_ms']:.2f}" for name in head)]


def _times(item: Outcome, beside: Sequence[Outcome], world: World) -> list[str]:
    yardstick, cells = beside[0] if beside[0].name in YARDSTICKS else None, [item.name]
    for chosen in world.filters:
        wall = item.asked["times"][chosen.name]["wall_ms"]
        ratio = f" ({item.median(chosen) / yardstick.median(chosen):.1f}x)" if yardstick else ""
        cells.append(f"{np.percentile(wall, 50):.2f} / {np.percentile(wall, 99):.2f}{ratio}")
    return [*cells, f"{min(item.recall.values()):.4f}" if item.recall else ""]


def _sizes(item: Outcome) -> list[str]:
    build, asked = item.build, item.asked
    return [
        item.name,
        f"{build['build_s']:.1f}",
        f"{asked['load_s']:.2f}",
        f"{asked['peak_mb']:.0f}",
        f"{build['disk_mb']:.0f}",
    ]


if __name__ == "__main__":
    main()
