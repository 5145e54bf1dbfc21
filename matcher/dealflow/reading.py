"""Reading pipeline files (流程文件): YAML as strict as the catalogue's, every fault with its file, line and entry.

Every part needs a basis: `quote` with `article`, or `assumption` where the text is silent. Codes that are named
elsewhere in the file (roles, documents, stages) must exist; so must the offers of the catalogue.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from matcher.catalogue.conditions import read_criterion
from matcher.catalogue.entry import Entry, collected
from matcher.catalogue.files import read_file
from matcher.catalogue.leaves import Sources
from matcher.dealflow.parts import (
    BASIS_KEYS,
    Names,
    known,
    known_all,
    read_basis,
    read_flag,
    read_gates,
    read_named,
    read_term,
)
from matcher.dealflow.pipeline import (
    Check,
    DocumentKind,
    Named,
    Pipeline,
    PipelineKind,
    Stage,
    Trigger,
)
from matcher.dealflow.terms import read_committee, read_fund
from matcher.eligibility.criteria import Clause, Criterion
from matcher.offers import Offer

Part = TypeVar("Part", Named, DocumentKind, Check, Stage, Trigger)

_KEYS = (
    "id", "name", "kind", "offer", "document", "roles", "documents", "checks", "committee", "fund", "stages",
    "triggers", "assumptions",
)  # fmt: skip
_STAGE_KEYS = ("id", "label", "by", "next", "gates", "deadline", "pays", "exits", "final")


def built_in(offers: Mapping[str, Offer]) -> dict[str, Pipeline]:
    """The built-in pipelines by id, their conditions taken from the catalogue's offers. Raises `InvalidCatalogue`."""
    folder = files("matcher.dealflow").joinpath("pipelines")
    named = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    read = collected(lambda item: read_pipeline(item.name, item.read_bytes(), offers), named)
    return {pipeline.id: pipeline for pipeline in read}


def read_pipeline(name: str, content: bytes, offers: Mapping[str, Offer]) -> Pipeline:
    """Read one pipeline from its file's bytes; `name` is for messages. Raises `InvalidCatalogue`."""
    entry = Entry(name, read_file(name, content))
    entry.only(*_KEYS)
    entry.require("id", "name", "kind", "document", "roles", "stages")
    names, title = _names(entry, offers), entry.text("document")
    committee = read_committee(entry.child("committee"), names) if "committee" in entry.data else None
    roles = dict(names.roles)
    for member in (*committee.seats, *committee.observers) if committee else ():
        if member.id in roles:
            raise entry.fault(f"席位 {member.id!r} 与角色重名", "各不相同的代码", "改名", "committee")
        roles[member.id] = member
    return Pipeline(
        id=entry.text("id"),
        name=entry.text("name"),
        kind=entry.choice("kind", PipelineKind),
        offer=known(entry, "offer", offers) if "offer" in entry.data else "",
        document=title,
        version=sha256(content).hexdigest()[:16],
        roles=MappingProxyType(roles),
        documents=names.documents,
        checks=names.checks,
        stages=_parts(entry, "stages", lambda child: _stage(child, names)),
        committee=committee,
        fund=read_fund(entry.child("fund"), names) if "fund" in entry.data else None,
        triggers=_parts(entry, "triggers", lambda child: _trigger(child, title)),
        assumptions=entry.texts("assumptions"),
    )


def _names(entry: Entry, offers: Mapping[str, Offer]) -> Names:
    """What the other parts refer to: roles first, then the documents and checks that they are in charge of."""
    title = entry.text("document")
    roles = _parts(entry, "roles", read_named)
    return Names(
        roles,
        _parts(entry, "documents", lambda child: _document(child, roles)),
        _parts(entry, "checks", lambda child: _check(child, roles, offers, title)),
        tuple(child.text("id") for child in entry.children("stages")),
    )


def _parts(entry: Entry, key: str, read: Callable[[Entry], Part]) -> Mapping[str, Part]:
    """The parts under a key by their codes, in the file's order; a code stands once."""

    def labelled() -> Iterable[Entry]:
        return (Entry(f"{child.where}（{child.data.get('id')}）", child.data) for child in entry.children(key))

    found: dict[str, Part] = {}
    for child, part in zip(labelled(), collected(read, labelled()), strict=True):
        if part.id in found:
            raise child.fault(f"代码 {part.id!r} 重复", "每个代码一次", "改名或删去一处", "id")
        found[part.id] = part
    return MappingProxyType(found)


def _document(entry: Entry, roles: Mapping[str, Named]) -> DocumentKind:
    entry.only("id", "label", "by", "judged", *BASIS_KEYS)
    entry.require("id", "label", "by")
    by = frozenset(known_all(entry, "by", roles))
    return DocumentKind(entry.text("id"), entry.text("label"), by, read_flag(entry, "judged"), read_basis(entry))


def _check(entry: Entry, roles: Mapping[str, Named], offers: Mapping[str, Offer], title: str) -> Check:
    entry.only("id", "label", "by", "offer", "criteria", *BASIS_KEYS)
    entry.require("id", "label", "by")
    offer = known(entry, "offer", offers) if "offer" in entry.data else ""
    criteria = offers[offer].criteria if offer else _criterion(entry, title)
    if criteria is None:
        raise entry.fault("没有条件", "有 criteria 的资源，或自带 criteria", "补上条件", "offer")
    by = frozenset(known_all(entry, "by", roles))
    return Check(entry.text("id"), entry.text("label"), by, criteria, offer, read_basis(entry))


def _criterion(entry: Entry, title: str) -> Criterion | None:
    if "criteria" not in entry.data:
        return None
    clause = Clause(title, entry.text("article"), entry.text("quote"))
    return read_criterion(entry.child("criteria"), Sources({"own": title}, clause, {}))


def _trigger(entry: Entry, title: str) -> Trigger:
    entry.only("id", "label", "criteria", *BASIS_KEYS)
    entry.require("id", "label")
    return Trigger(entry.text("id"), entry.text("label"), _criterion(entry, title), read_basis(entry))


def _stage(entry: Entry, names: Names) -> Stage:
    entry.only(*_STAGE_KEYS, *BASIS_KEYS)
    entry.require("id", "label", "by")
    own = read_basis(entry)
    final = read_flag(entry, "final")
    onward = known_all(entry, "next", names.stages)
    if final == bool(onward):
        raise entry.fault("final 与 next 不相符", "结束的阶段没有 next，其余阶段有", "补上 next 或 final", "next")
    return Stage(
        entry.text("id"),
        entry.text("label"),
        frozenset(known_all(entry, "by", names.roles)),
        onward,
        read_gates(entry, "gates", names, own),
        read_term(entry.child("deadline")) if "deadline" in entry.data else None,
        read_flag(entry, "pays"),
        read_flag(entry, "exits"),
        final,
        own,
    )
