"""Kinds of carrier (载体类型) and what the documents say that they do (工信厅联企业函〔2019〕92号 一, 三（三）)."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from matcher.catalogue.entries import read_document
from matcher.catalogue.entry import Entry
from matcher.catalogue.files import read_file
from matcher.catalogue.leaves import read_clause
from matcher.eligibility.criteria import Clause

_FOLDER = "matcher.catalogue"


@dataclass(frozen=True, slots=True)
class CarrierKind:
    """One kind of carrier: `model` is 龙头企业+孵化 or 投资+孵化 or empty; `areas` are what it joins its firms in.

    `functions` hold what the documents say, nothing where they only name the kind; `assessment` names what the kind is
    measured by beside the six dimensions.
    """

    name: str
    model: str
    functions: tuple[str, ...]
    areas: tuple[str, ...]
    assessment: tuple[str, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class CarrierKinds:
    """The kinds in the order of the file, and the six dimensions (六个方面) by which every carrier is assessed."""

    kinds: tuple[CarrierKind, ...]
    dimensions: tuple[str, ...]

    def named(self, name: str) -> CarrierKind:
        """The kind of a name; `KeyError` where the file has none."""
        return {kind.name: kind for kind in self.kinds}[name]


@cache
def load_carrier_kinds() -> CarrierKinds:
    """Load the built-in kinds; their names are the choices of the field `carrier_kind`."""
    cited = Entry("00-documents.yaml", _read("offers/00-documents.yaml")).child("documents")
    titles = {key: read_document(key, cited.child(key)).title for key in cited.data}
    entry = Entry("carrier_kinds.yaml", _read("carrier_kinds.yaml"))
    entry.only("carrier_kinds", "dimensions")
    return CarrierKinds(
        tuple(_kind(child, titles) for child in entry.children("carrier_kinds")), entry.texts("dimensions")
    )


def _read(name: str) -> dict[str, object]:
    return dict(read_file(name, files(_FOLDER).joinpath(name).read_bytes()))


def _kind(entry: Entry, titles: dict[str, str]) -> CarrierKind:
    entry.only("name", "model", "functions", "areas", "assessment", "clauses")
    entry.require("name")
    return CarrierKind(
        entry.text("name"),
        entry.text("model"),
        entry.texts("functions"),
        entry.texts("areas"),
        entry.texts("assessment"),
        tuple(read_clause(child, titles) for child in entry.children("clauses")),
    )
