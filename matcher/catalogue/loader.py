"""Loading the catalogue (资源目录): all of its files or none of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from matcher.catalogue.entries import Document, References, read_document, read_offer
from matcher.catalogue.entry import Entry, collected, together
from matcher.catalogue.files import MAX_BYTES, read_file
from matcher.catalogue.versions import clashes, version_on
from matcher.errors import InvalidCatalogue
from matcher.offers import Offer

_SECTIONS = ("documents", "conditions", "offers")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Offers by id in the order of the files, their documents by key, and a version that changes with any byte."""

    offers: Mapping[str, Offer]
    version: str
    documents: Mapping[str, Document] = field(default_factory=dict)

    def on(self, name: str, at: date) -> Offer | None:
        """The version of a series (or the offer with that id) that is in force on a day; None where there is none."""
        return version_on(self.offers.values(), name, at)


def load_catalogue(folder: Traversable | Path | None = None) -> Catalogue:
    """Load every `*.yaml` of a folder, the built-in offers when None.

    Documents and shared conditions may stand in any of the files. Raises `InvalidCatalogue` with file, line and entry,
    with all faults at once (up to 20); nothing is loaded then.
    """
    return load_contents(_contents(files("matcher.catalogue").joinpath("offers") if folder is None else folder))


def load_contents(
    contents: Mapping[str, bytes], known: Mapping[str, Offer] | None = None, own: Mapping[str, Offer] | None = None
) -> Catalogue:
    """Load files from their bytes by name; they may refer to `known` offers, but not use an id or a day of theirs.

    `own` are known too, but one with the id of an entry is replaced by it.
    """
    sections = dict(zip(contents, collected(lambda item: _sections(*item), contents.items()), strict=True))
    documents = {key: read_document(key, entry) for key, entry in _named(sections, "documents")}
    entries = [entry for section in sections.values() for entry in _offers(section)]
    by_id = {str(entry.data.get("id")): entry for entry in entries}
    kept = {key: offer for key, offer in (own or {}).items() if key not in by_id}
    references = References(dict(_named(sections, "conditions")), by_id, {**(known or {}), **kept})
    offers = _offers_by_id(entries, documents, references)
    _refuse_clashes(offers, by_id, references.known)
    return Catalogue(MappingProxyType(offers), _version(contents), MappingProxyType(documents))


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
                raise section.fault(f"{key} 中 {name!r} 重复定义", "各文件中不重名", "改名或删去一处", key)
            seen.add(name)
            yield name, table.child(name)


def _offers(section: Entry) -> Iterator[Entry]:
    for place, entry in enumerate(section.children("offers"), 1):
        yield Entry(f"{section.where} 的 {entry.data.get('id') or f'第 {place} 条'}", entry.data)


def _offers_by_id(
    entries: Sequence[Entry], documents: Mapping[str, Document], references: References
) -> dict[str, Offer]:
    offers: dict[str, Offer] = {}

    def add(entry: Entry) -> None:
        offer = read_offer(entry, documents, references)
        if offer.id in offers or offer.id in references.known:
            raise entry.fault(
                f"id {offer.id!r} 重复", "每条资源一个 id", "另取 id；同一办法的新版本用 series 相连", "id"
            )
        offers[offer.id] = offer

    collected(add, entries)
    return offers


def _refuse_clashes(offers: Mapping[str, Offer], entries: Mapping[str, Entry], known: Mapping[str, Offer]) -> None:
    faults = [
        entries[later.id if later.id in entries else earlier.id].fault(
            f"{earlier.id} 与 {later.id} 在 {day if day > date.min else '同一日'} 同时有效",
            "同一系列每一天只有一个版本有效",
            "为较早的版本写明 effective_to，或改正 effective_from",
            "effective_from",
        )
        for earlier, later, day in clashes((*known.values(), *offers.values()))
        if earlier.id in entries or later.id in entries
    ]
    if faults:
        raise together(faults)


def _version(contents: Mapping[str, bytes]) -> str:
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
