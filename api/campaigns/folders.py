"""What a run keeps on disk (运行文件): its inputs, the candidates of each share of seekers, all candidates.

Everything is written aside and renamed, so that what is there is whole; safetensors refuses a file that is not.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from api.errors import WrongCampaignState
from api.store.campaign_rows import AssignmentRow, AssignmentStatus
from api.store.offer_rows import body_of, offer_of
from embeddings.snapshot import current_snapshot
from matcher.campaigns.assignment import Assignment, shortfalls
from matcher.campaigns.candidates import Candidates, Floor
from matcher.campaigns.gathering import Gathered, Part
from matcher.errors import InvalidCampaign
from matcher.offers import Offer

FOLDER = "campaigns"
_INPUTS, _OFFERS, _SAID, _POINTER = "inputs", "offers.json", "frozen.json", "current"
_CANDIDATES, _LISTS = "candidates.safetensors", "lists.jsonl"
_TRIES = 5


class RunFolder:
    """The folder of one run below the data folder."""

    def __init__(self, data: Path, run: str) -> None:
        self.path = data / FOLDER / run

    @property
    def inputs(self) -> Path:
        """The frozen snapshot's root, to be opened as the index opens its own."""
        return self.path / _INPUTS

    @property
    def frozen(self) -> bool:
        """Whether the inputs are fixed."""
        return (self.inputs / _POINTER).is_file()

    def freeze(self, root: Path, offers: Iterable[Offer], said: Mapping[str, Any]) -> None:
        """Keep the offers, what is said of them and the current snapshot below `root`, linked and not copied.

        The link is the last step: a run is frozen wholly or not at all, and then for good. Where a writer swaps
        snapshots meanwhile, the new one is kept.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        _write(self.path / _SAID, lambda path: path.write_text(_json(said), "utf-8"))
        _write(self.path / _OFFERS, lambda path: path.write_text(_json([body_of(offer) for offer in offers]), "utf-8"))
        for attempt in range(_TRIES):
            try:
                self._link(root)
            except FileNotFoundError:
                if attempt == _TRIES - 1:
                    raise
            else:
                return

    def _link(self, root: Path) -> None:
        name = current_snapshot(root)
        if name is None:
            raise FileNotFoundError(root)
        aside = self.path / f".{_INPUTS}"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(root / name, aside / name, copy_function=_linked)
        (aside / _POINTER).write_text(name, encoding="utf-8")
        aside.replace(self.inputs)
        _settle(self.path)

    def offers(self) -> tuple[Offer, ...]:
        """The frozen offers. Raises `StoreDamaged` where they cannot be read back, `WrongCampaignState` where gone."""
        bodies: list[Mapping[str, Any]] = json.loads(self._text(_OFFERS))
        return tuple(offer_of(body) for body in bodies)

    def said(self) -> dict[str, Any]:
        """What was said of the inputs when they were fixed."""
        said: dict[str, Any] = json.loads(self._text(_SAID))
        return said

    def save_part(self, number: int, part: Part) -> None:
        """Keep the candidates of one share of the seekers."""
        _write(self._part(number), lambda path: save_file(_arrays(part, _PART), path))

    def part(self, number: int) -> Part | None:
        """What `save_part` kept; None where it was not, or not wholly, written."""
        found = _read(self._part(number))
        return None if found is None else Part(*(found[name] for name in _PART))

    def save_candidates(self, gathered: Gathered) -> None:
        """Keep all candidates."""
        pairs = _arrays(gathered.candidates, _PAIRS) | {"keys": gathered.keys}
        size = np.array([gathered.candidates.offers], dtype=np.int64)
        _write(self.path / _CANDIDATES, lambda path: save_file(pairs | {"offers": size}, path))

    def candidates(self) -> Gathered:
        """What `save_candidates` kept. Raises `InvalidCampaign` where it is gone or damaged."""
        found = _read(self.path / _CANDIDATES)
        if found is None:
            raise InvalidCampaign(found="候选文件不在或已损坏", expected="运行时写下的候选文件", remedy="请重新运行")
        pairs = Candidates(len(found["keys"]), int(found["offers"][0]), *(found[name] for name in _PAIRS))
        return Gathered(found["keys"], pairs)

    def save_assignment(self, refills: int, assignment: Assignment) -> None:
        """Keep which candidates are assigned after so many refills, so that questions need not assign anew."""
        arrays: dict[str, NDArray[Any]] = {"chosen": assignment.chosen}
        arrays["sums"] = np.array([assignment.points, assignment.bound], dtype=np.int64)
        arrays |= {name: found for name in _PRICES if (found := getattr(assignment, name)) is not None}
        _write(self._assignment(refills), lambda path: save_file(arrays, path))

    def assignment(self, refills: int, gathered: Gathered, floors: tuple[Floor, ...]) -> Assignment | None:
        """What `save_assignment` kept; None where it was not, or is damaged or of other candidates."""
        found = _read(self._assignment(refills))
        if found is None or len(found["chosen"]) != len(gathered.candidates):
            return None
        points, bound = (int(number) for number in found["sums"])
        short = shortfalls(gathered.candidates, floors, found["chosen"])
        return Assignment(found["chosen"], points, bound, short, *(found.get(name) for name in _PRICES))

    def save_lists(self, rows: Iterable[AssignmentRow]) -> list[int]:
        """Keep rows of lists until they are in the database, one at a time; gives the key of the seeker of each."""
        listed: list[int] = []

        def write(path: Path) -> None:
            with path.open("wb") as file:
                for row in rows:
                    listed.append(row.seeker_key)
                    file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

        _write(self.path / _LISTS, write)
        return listed

    def lists(self) -> Iterator[AssignmentRow]:
        """What `save_lists` kept, one row at a time."""
        with (self.path / _LISTS).open("rb") as file:
            for line in file:
                row = orjson.loads(line)
                yield AssignmentRow(**(row | {"status": AssignmentStatus(row["status"])}))

    def forget_lists(self) -> None:
        """Remove the rows of lists once they are in the database."""
        (self.path / _LISTS).unlink(missing_ok=True)

    def forget_parts(self) -> None:
        """Remove the shares' files once all candidates are kept."""
        for path in self.path.glob("part-*.safetensors"):
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything that the run keeps."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise WrongCampaignState(
                found="这次运行的文件已不在", expected="运行时留下的文件", remedy="请重新运行"
            ) from None

    def _part(self, number: int) -> Path:
        return self.path / f"part-{number:05}.safetensors"

    def _assignment(self, refills: int) -> Path:
        return self.path / f"assignment-{refills:05}.safetensors"


def sweep_runs(data: Path, needed: Callable[[], frozenset[str]]) -> int:
    """Remove the folders of runs that nobody needs any more; gives how many. What is needed is asked after looking."""
    found = [path for path in (data / FOLDER).glob("*") if path.is_dir()]
    kept = needed() if found else frozenset()
    gone = [path for path in found if path.name not in kept]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)


_PART = ("keys", "seeker", "offer", "points", "own", "top")
_PAIRS = ("seeker", "offer", "points")
_PRICES = ("place_worth", "lacking")


def _arrays(owner: Part | Candidates, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    return {name: np.ascontiguousarray(getattr(owner, name)) for name in names}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _linked(source: str, target: str) -> str:
    """Link a file that will never change; copy it where the folders are on two disks."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)
    return target


def _write(path: Path, write: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
        _settle(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Have a folder's new names outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        return load_file(path)
    except (FileNotFoundError, SafetensorError):
        return None
