"""The rows of a batch, read one by one: each becomes a party or is refused with its reasons and its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, WithJsonSchema

from api.problems import Refusal, Violation
from api.schemas import BulkPartyBody, Identifier, Wire, shown
from api.transport.violations import pointer, violations
from api.turns import TURNS
from matcher.errors import MatcherError
from matcher.parties import Party

MAX_ROWS = 1_000
"""The most parties that one batch writes, and the most that it removes."""
MAX_ERRORS = 10
"""The most reasons that are given for one row."""
PARTIES, DELETE = "parties", "delete"
_SLICE = 64
"""Rows that are read between two rests: some 4 ms."""
_ID: TypeAdapter[str] = TypeAdapter(Identifier)


class BulkMode(StrEnum):
    """What becomes of facts that are stored and not given (写入方式): kept by `merge`, gone by `replace`."""

    MERGE = "merge"
    REPLACE = "replace"


_ROWS = {"type": "array", "maxItems": MAX_ROWS, "items": {"$ref": "#/components/schemas/BulkPartyBody"}}
_STRINGS = {"type": "array", "maxItems": MAX_ROWS, "items": {"type": "string", "minLength": 1, "maxLength": 200}}
_Parties = Annotated[list[Any], WithJsonSchema(_ROWS)]
_Ids = Annotated[list[Any], WithJsonSchema(_STRINGS)]


class BulkBody(Wire):
    """Parties to write and ids to remove, in one transaction. Rows are read later, each for itself."""

    model_config = shown(
        mode="merge",
        parties=[{"id": "example-1", "kind": "enterprise", "name": "示例诊断有限公司", "synthetic": True}],
        delete=[],
    )

    mode: BulkMode = Field(BulkMode.MERGE, description="merge：未给出的字段保留，较新的观察为准；replace：整体替换")
    parties: _Parties = Field([], max_length=MAX_ROWS, description="要写入的主体")
    delete: _Ids = Field([], max_length=MAX_ROWS, description="要删除的编号")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not written: in which list and at what place (from 0), under what id if it has one, and why."""

    list: str
    place: int
    id: str | None
    errors: tuple[Violation, ...]

    def document(self) -> dict[str, Any]:
        """Plain JSON."""
        errors = [error.document() for error in self.errors[:MAX_ERRORS]]
        return {"pointer": pointer(self.list, self.place), "id": self.id, "errors": errors}


@dataclass(frozen=True, slots=True)
class Batch:
    """What of a batch could be read, each by its place in the request."""

    mode: BulkMode
    parties: Mapping[int, Party]
    removed: Mapping[int, str]
    refused: tuple[RefusedRow, ...]


def read_batch(document: object, tenant: str, today: date) -> Batch:
    """Read a batch; raises `Refusal` where it is none as a whole, and refuses single rows in the answer."""
    try:
        body = BulkBody.model_validate(document)
    except ValidationError as error:
        raise Refusal.violating(violations(error.errors(), "body")) from None
    parties: dict[int, Party] = {}
    refused: list[RefusedRow] = []
    for place, raw in enumerate(body.parties):
        if place % _SLICE == 0:
            TURNS.give_way()
        read = _party(place, raw, tenant, today)
        if isinstance(read, Party):
            parties[place] = read
        else:
            refused.append(read)
    removed, wrong = _removed(body.delete, {party.id for party in parties.values()})
    return Batch(body.mode, parties, removed, (*refused, *wrong))


def refused_later(
    name: str, handed: Mapping[int, Party | str], errors: Mapping[int, MatcherError]
) -> Iterator[RefusedRow]:
    """The rows that the store refused; it tells them by their place among those that were handed to it."""
    rows = list(handed.items())
    for row, error in errors.items():
        place, said = rows[row]
        identifier = said if isinstance(said, str) else said.id
        yield RefusedRow(name, place, identifier, (Violation(error.code, str(error), pointer(name, place)),))


def _party(place: int, raw: object, tenant: str, today: date) -> Party | RefusedRow:
    try:
        body = BulkPartyBody.model_validate(raw)
        return body.party(body.id, tenant, today)
    except ValidationError as error:
        errors = violations(error.errors(), "body", PARTIES, place)
    except Refusal as refusal:
        within = pointer(PARTIES, place)
        errors = tuple(
            replace(error, pointer=within + (error.pointer or "#").removeprefix("#"))
            for error in refusal.problem.errors
        )
    return RefusedRow(PARTIES, place, _id_of(raw), errors)


def _removed(given: Sequence[object], written: set[str]) -> tuple[dict[int, str], list[RefusedRow]]:
    removed: dict[int, str] = {}
    refused: list[RefusedRow] = []
    for place, raw in enumerate(given):
        errors = tuple(_faults(place, raw, written))
        if errors or not isinstance(raw, str):
            refused.append(RefusedRow(DELETE, place, _id_of({"id": raw}), errors))
        else:
            removed[place] = raw
    return removed, refused


def _faults(place: int, raw: object, written: set[str]) -> Iterator[Violation]:
    try:
        identifier = _ID.validate_python(raw)
    except ValidationError as error:
        yield from violations(error.errors(), "body", DELETE, place)
        return
    if identifier in written:
        said = "同一编号既要写入又要删除；应为：只做其一。请分两批发送。"
        yield Violation("written_and_deleted", said, pointer(DELETE, place))


def _id_of(raw: object) -> str | None:
    """The id of a row that is refused, if it has one: what the sender finds it by."""
    try:
        return _ID.validate_python(raw.get("id")) if isinstance(raw, dict) else None
    except ValidationError:
        return None
