"""What serving costs on real enterprises: import, index, questions over HTTP, memory, a question from the shell.

    python -m tests.benchmarks.serving ../shared/data

Prints one table. Times are of this machine and this run; beside HTTP stands the same search through raw FAISS, so that
two runs can be compared by their ratio.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import faiss
import httpx
import numpy as np
import yaml

from embeddings.encoder import load_encoder

QUESTIONS = Path(__file__).parents[1] / "quality" / "golden_questions.yaml"
RONGTONG = Path(sys.executable).with_name("rongtong")
FILES = ("startups/companies.csv", "listed_companies/companies.csv")
PORT = 8765
ROUNDS = 10


def main(shared: Path) -> None:
    """Measure everything once, in a folder that is thrown away."""
    questions = [item["ask"] for item in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]]
    with TemporaryDirectory() as folder:
        print("| measured | figure |\n|---|---|")
        row("import of the two real files, index included (s)", imported(Path(folder), shared))
        row("index rebuilt from SQL, shell start included (s)", rebuilt(Path(folder)))
        row("`rongtong match` from the shell (s, best of 3)", min(asked(Path(folder), questions[0]) for _ in range(3)))
        with server(Path(folder)) as process:
            times = posted(questions)
            row("POST /v1/matches p50 (ms)", np.percentile(times, 50) * 1000)
            row("POST /v1/matches p99 (ms)", np.percentile(times, 99) * 1000)
            row("POST /v1/prospects, 100 of 12,000 (ms, median)", np.median(prospected()) * 1000)
            row("memory of the serving process (MB)", resident_mb(process.pid))
        raw = raw_faiss(questions)
        row("raw FAISS: encode and search 12,000 x 256 (ms, median)", raw * 1000)
        row("ratio of POST /v1/matches p50 to raw FAISS", float(np.percentile(times, 50)) / raw)


def row(name: str, figure: float) -> None:
    """Print one line of the table."""
    print(f"| {name} | {figure:.2f} |", flush=True)


def rongtong(folder: Path, *arguments: str) -> float:
    """Run a command on the data folder; gives the seconds that it took."""
    started = time.perf_counter()
    subprocess.run([RONGTONG, "--data", folder, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return time.perf_counter() - started


def imported(folder: Path, shared: Path) -> float:
    """Seconds to import every real enterprise."""
    rongtong(folder, "init")
    return sum(rongtong(folder, "import", "enterprises", str((shared / name).resolve())) for name in FILES)


def rebuilt(folder: Path) -> float:
    """Seconds to rebuild the index after its snapshot is lost."""
    subprocess.run(["rm", "-rf", folder / "snapshot", folder / "generations"], check=True)
    return rongtong(folder, "status")


def asked(folder: Path, question: str) -> float:
    """Seconds to answer one question from the shell, start included."""
    return rongtong(folder, "match", "--text", question)


@contextmanager
def server(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real server on the data folder, ready."""
    command = [RONGTONG, "--data", folder, "serve", "--port", str(PORT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    try:
        for _ in range(300):
            try:
                if httpx.get(f"http://127.0.0.1:{PORT}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def posted(questions: list[str]) -> list[float]:
    """Seconds of each question, one after another over one connection."""
    times = []
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
        for text in questions * (ROUNDS + 1):
            started = time.perf_counter()
            client.post("/v1/matches", json={"text": text, "limit": 10}).raise_for_status()
            times.append(time.perf_counter() - started)
    return times[len(questions) :]


def prospected() -> list[float]:
    """Seconds of several prospect lists."""
    times = []
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
        for offer in ("loan.kepu-yidai", "loan.zhuanli-dai", "fund.kunshan-angel", "loan.gaoqi-dai") * 5:
            started = time.perf_counter()
            client.post("/v1/prospects", json={"offer_id": offer, "limit": 100}).raise_for_status()
            times.append(time.perf_counter() - started)
    return times


def resident_mb(process: int) -> float:
    """Resident memory of a process in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def raw_faiss(questions: list[str]) -> float:
    """Median seconds of encoding a question and searching 12,000 random unit vectors with FAISS alone."""
    encoder = load_encoder()
    vectors = np.random.default_rng(1).standard_normal((12_000, encoder.dimension), dtype=np.float32)
    index = faiss.IndexFlatIP(encoder.dimension)
    index.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    times = []
    for text in questions * ROUNDS:
        started = time.perf_counter()
        index.search(encoder.encode_queries([text]), 10)
        times.append(time.perf_counter() - started)
    return float(np.median(times))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
