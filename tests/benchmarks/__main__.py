"""Every benchmark, one after another (全部测量); each writes its section of docs/benchmarks.md.

    python -m tests.benchmarks [--rows 100000] [--shared ../shared/data]
    python -m tests.benchmarks --short

The short form takes a minute or two, writes nothing, and fails where a benchmark no longer runs.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.report import write_section


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark: its module, the title of its section ("" where it writes its own), its arguments."""

    module: str
    title: str
    arguments: tuple[str, ...]
    short: tuple[str, ...] | None


def parts(rows: str, shared: Path) -> list[Part]:
    """What is measured. `short` None is left out of the short form."""
    return [
        Part("rules", "Rules", ("--rows", rows), ("--offers", "150", "--rows", "20000", "--repeat", "3")),
        Part("serving", "Serving the real enterprises", (str(shared),), None),
        Part("offers", "Matching against many offers", (), ("--offers", "300", "--seconds", "1", "--workers", "1")),
        Part("writes", "Queries beside a stream of writes", (), ("--short",)),
        Part("engine", "", ("--rows", rows, "--write"), ("--short",)),
        Part("campaigns", "", ("--rows", rows, "--write"), ("--rows", "2000", "--offers", "40")),
        Part("round_trip", "", ("--rows", rows, "--write"), ("--rows", "500")),
        Part("service", "", ("--rows", rows, "--write"), ("--rows", "2000", "--times", "1")),
    ]


def main() -> None:
    """Run them all; the exit status tells whether every one of them did."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default="100000", help="enterprises of the synthetic world")
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the real enterprises")
    parser.add_argument("--only", default="", help="names of benchmarks, with commas between")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    chosen = [part for part in parts(options.rows, options.shared) if not options.only or part.module in options.only]
    failed = [part.module for part in chosen if not done(part, short=options.short, shared=options.shared)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def done(part: Part, *, short: bool, shared: Path) -> bool:
    """Run one benchmark and write its section; gives whether it ran to its end."""
    arguments = part.short if short else part.arguments
    if arguments is None or (str(shared) in arguments and not shared.is_dir()):
        print(f"== {part.module}: left out", flush=True)
        return True
    print(f"== {part.module} {' '.join(arguments)}", flush=True)
    started = time.perf_counter()
    command = [sys.executable, "-m", f"tests.benchmarks.{part.module}", *arguments]
    ended = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    print(f"{ended.stdout}== {part.module}: {time.perf_counter() - started:.0f} s", flush=True)
    if ended.returncode == 0 and part.title and not short:
        write_section(part.module, part.title, body(part, ended.stdout))
    return ended.returncode == 0


def body(part: Part, output: str) -> str:
    """What a benchmark printed: a table as it is, anything else as it was printed."""
    command = f"`python -m tests.benchmarks.{part.module}`"
    return (
        f"{command}\n\n{output}" if output.lstrip().startswith("|") else f"{command}\n\n```text\n{output.rstrip()}\n```"
    )


if __name__ == "__main__":
    main()
