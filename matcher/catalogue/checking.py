"""Checking a pack before it is loaded (规则包检查): every fault with file, line, what was found and what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.catalogue.files import MAX_BYTES
from matcher.catalogue.loader import Catalogue, load_contents
from matcher.errors import InvalidCatalogue
from matcher.offers import Offer


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a pack from being loaded (规则包问题). `line` counts from 1, None: the whole file."""

    file: str
    line: int | None
    entry: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        entry = f"{self.entry}：" if self.entry else ""
        return f"{place}：{entry}{self.found}；应为：{self.expected}。{self.remedy}。"


def read_pack(
    path: Path, known: Mapping[str, Offer] | None = None, own: Mapping[str, Offer] | None = None
) -> Catalogue:
    """Load one file whole or not at all; it may refer to `known` offers and to `own`, which it may also replace.

    Raises `InvalidCatalogue`.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidCatalogue(
            where=path.name, found=f"读不出：{error.strerror}", expected="可读的 YAML 文件", remedy="检查路径与权限"
        ) from error
    return load_contents({path.name: content}, known, own)


def check_file(path: Path, known: Mapping[str, Offer] | None = None) -> list[Fault]:
    """List what is wrong with a pack, in the order of its lines; an empty list means that it can be loaded."""
    try:
        read_pack(path, known)
    except InvalidCatalogue as error:
        faults = [_fault(path.name, part) for part in error.parts or (error,)]
        return sorted(faults, key=lambda fault: fault.line or 0)
    return []


def _fault(name: str, error: InvalidCatalogue) -> Fault:
    entry = error.where.removeprefix(name).removeprefix(" 的 ")
    return Fault(name, error.line, entry, error.fault, error.expected, error.remedy)
