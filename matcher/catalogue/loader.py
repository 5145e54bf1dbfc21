"""Loading the catalogue (资源目录): all of its files or none of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from matcher.catalogue.entries import Document, read_document, read_offer
from matcher.catalogue.entry import Entry
from matcher.catalogue.files import MAX_BYTES, read_file
from matcher.errors import InvalidCatalogue
from matcher.offers import Offer

_SECTIONS = ("documents", "conditions", "offers")
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Offers by id in the order of the files, their documents by key, and a version that changes with any byte."""

    offers: Mapping[str, Offer]
    version: str
    documents: Mapping[str, Document] = field(default_factory=dict)


def load_catalogue(folder: Traversable | Path | None = None) -> Catalogue:
    """Load every `*.yaml` of a folder, the built-in offers when None.

    Documents and shared conditions may stand in any of the files. Raises `InvalidCatalogue` naming file and entry, with
    all faults at once (up to 20); nothing is loaded then.
    """
    contents = _contents(files("matcher.catalogue").joinpath("offers") if folder is None else folder)
    sections = {name: _sections(name, content) for name, content in contents.items()}
    documents = {key: read_document(key, entry) for key, entry in _named(sections, "documents")}
    shared = dict(_named(sections, "conditions"))
    entries = [entry for section in sections.values() for entry in _offers(section)]
    return Catalogue(_offers_by_id(entries, documents, shared), _version(contents), MappingProxyType(documents))


def _contents(folder: Traversable | Path) -> dict[str, bytes]:
    """The files by name; no more than the limit and one byte of each is read, so that a huge file costs nothing."""
    contents: dict[str, bytes] = {}
    for item in sorted(folder.iterdir(), key=lambda item: item.name) if folder.is_dir() else ():
        if item.name.endswith(".yaml") and item.is_file():
            with item.open("rb") as stream:
                contents[item.name] = stream.read(MAX_BYTES + 1)
    if not contents:
        raise InvalidCatalogue(
            found=f"文件夹 {folder} 中没有 YAML 文件", expected="至少一个 .yaml 文件", remedy="检查文件夹路径"
        )
    return contents


def _sections(name: str, content: bytes) -> Entry:
    entry = Entry(name, read_file(name, content))
    entry.only(*_SECTIONS)
    return entry


def _named(sections: Mapping[str, Entry], key: str) -> Iterator[tuple[str, Entry]]:
    seen: set[str] = set()
    for section in sections.values():
        table = section.child(key)
        for name in table.data:
            if name in seen:
                raise section.fault(f"{key} 中 {name!r} 重复定义", "各文件中不重名", "改名或删去一处")
            seen.add(name)
            yield name, table.child(name)


def _offers(section: Entry) -> Iterator[Entry]:
    for place, entry in enumerate(section.children("offers"), 1):
        yield Entry(f"{section.where} 的 {entry.data.get('id') or f'第 {place} 条'}", entry.data)


def _offers_by_id(
    entries: Sequence[Entry], documents: Mapping[str, Document], shared: Mapping[str, Entry]
) -> Mapping[str, Offer]:
    offers: dict[str, Offer] = {}
    faults: list[InvalidCatalogue] = []
    for entry in entries:
        try:
            offer = read_offer(entry, documents, shared)
            if offer.id in offers:
                raise entry.fault(f"id {offer.id!r} 重复", "每条资源一个 id", "改用另一个 id")
            offers[offer.id] = offer
        except InvalidCatalogue as fault:
            faults.append(fault)
    if faults:
        raise _together(faults)
    return MappingProxyType(offers)


def _together(faults: Sequence[InvalidCatalogue]) -> InvalidCatalogue:
    if len(faults) == 1:
        return faults[0]
    listed = "\n".join(f"- {fault}" for fault in faults[:_MOST_FAULTS])
    return InvalidCatalogue(
        found=f"资源目录有 {len(faults)} 条不合规：\n{listed}\n", expected="每一条都合规", remedy="逐条修改后重新载入"
    )


def _version(contents: Mapping[str, bytes]) -> str:
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
