"""One engine in a process of its own: builds, or opens and answers; what it measured goes to a JSON file.

    python -m tests.benchmarks.peers duckdb build WORLD FOLDER RESULT
    python -m tests.benchmarks.peers duckdb ask WORLD FOLDER RESULT SECONDS

A filter is asked for the given seconds, by each question at least once after a round that is not counted.
"""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import psutil

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import Peer, Question, peer
from tests.benchmarks.prepared import World

_MOST = 500


def main(arguments: list[str]) -> None:
    """Do the one or the other."""
    name, task, world, folder, result, *seconds = arguments
    engine, prepared = peer(name), World(Path(world))
    if task == "build":
        measured = built(engine, prepared, Path(folder))
    else:
        measured = asked(engine, prepared, Path(folder), float(seconds[0]), Path(result).with_suffix(".npz"))
    Path(result).write_text(json.dumps({"settings": engine.settings, **measured}), encoding="utf-8")


def built(engine: Peer, world: World, folder: Path) -> dict[str, object]:
    """Build; gives seconds, and what it takes on disk in MB."""
    started = perf_counter()
    engine.build(world, folder)
    seconds = perf_counter() - started
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {"build_s": seconds, "disk_mb": size / 2**20, "build_peak_mb": peak_mb()}


def asked(engine: Peer, world: World, folder: Path, seconds: float, answers: Path) -> dict[str, object]:
    """Open and ask every filter; the first answer to each question is kept to be compared."""
    started = perf_counter()
    engine.open(world, folder)
    opened = perf_counter() - started
    questions = [Question(text, vector) for text, vector in zip(world.questions, world.queries(), strict=True)]
    kept: dict[str, np.ndarray] = {}
    times = {}
    for chosen in world.filters:
        for place, question in enumerate(questions):
            kept[f"{chosen.name}/{place}"] = engine.search(question, chosen)
        times[chosen.name] = timed(engine, questions, chosen, seconds)
    measured = {"load_s": opened, "times": times, "peak_mb": peak_mb() + servers_mb(engine)}
    np.savez(answers, **kept)
    engine.close()
    return measured


def timed(engine: Peer, questions: list[Question], chosen: Filter, seconds: float) -> dict[str, object]:
    """Milliseconds of each search by the clock, and of the processors on average, the engine's servers included."""
    wall: list[float] = []
    began, spent = perf_counter(), processor_seconds(engine)
    while len(wall) < _MOST and (perf_counter() - began < seconds or len(wall) < len(questions)):
        started = perf_counter()
        engine.search(questions[len(wall) % len(questions)], chosen)
        wall.append((perf_counter() - started) * 1000)
    return {"wall_ms": wall, "cpu_ms": (processor_seconds(engine) - spent) / len(wall) * 1000}


def processor_seconds(engine: Peer) -> float:
    """What this process and the engine's servers have used so far, workers that ended included."""
    used = [process.cpu_times() for number in engine.servers() for process in _family(psutil.Process(number))]
    return (
        process_time()
        + sum(times.user + times.system for times in used)
        + sum(
            psutil.Process(number).cpu_times().children_user + psutil.Process(number).cpu_times().children_system
            for number in engine.servers()
        )
    )


def peak_mb() -> float:
    """The most resident memory that this process ever had, mapped files included, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def servers_mb(engine: Peer) -> float:
    """Proportional memory of the processes that work for the engine, in MB, after the last search."""
    found = [process for number in engine.servers() for process in _family(psutil.Process(number))]
    return sum(process.memory_full_info().pss for process in found) / 2**20


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


if __name__ == "__main__":
    main(sys.argv[1:])
