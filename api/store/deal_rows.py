"""Events of deals and funds as rows and back (事件的存取): what is read is, by value and type, what was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from api.errors import StoreDamaged
from matcher.dealflow.events import (
    Assessment,
    Contribution,
    Correction,
    Count,
    Custody,
    DealBody,
    DealEvent,
    Event,
    Exit,
    Extension,
    Fee,
    Filing,
    FundBody,
    FundEvent,
    Move,
    Payment,
    Submission,
    Tranche,
    Vote,
)

_DEAL_KINDS: Mapping[str, type[DealBody]] = {
    "move": Move,
    "document": Filing,
    "check": Assessment,
    "plan": Submission,
    "vote": Vote,
    "count": Count,
    "payment": Payment,
    "exit": Exit,
    "correction": Correction,
}
_FUND_KINDS: Mapping[str, type[FundBody]] = {
    "tranche": Tranche,
    "contribution": Contribution,
    "custody": Custody,
    "extension": Extension,
    "fee": Fee,
    "correction": Correction,
}
_KINDS: Mapping[str, type[DealBody] | type[FundBody]] = {**_FUND_KINDS, **_DEAL_KINDS}
MONEY_KINDS = ("payment", "exit", "correction")
"""The kinds of event that a fund's position in a deal is worked out from."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, in which role, why, on which evidence, and when: what every event begins with."""

    by: str
    role: str
    why: str
    at: datetime
    evidence: tuple[str, ...] = ()


def event_row(event: DealEvent | FundEvent) -> dict[str, Any]:
    """The columns of an event, its owner and number apart."""
    kind = kind_of(event.body)
    body = _adapter(kind).dump_python(event.body, mode="json")
    head = {"at": event.at, "by": event.by, "role": event.role, "why": event.why, "evidence": list(event.evidence)}
    return {"kind": kind, **head, "body": body}


def kind_of(body: DealBody | FundBody) -> str:
    """What an event is called in rows and answers."""
    return next(name for name, made in _KINDS.items() if made is type(body))


def deal_event(row: RowMapping) -> DealEvent:
    """A deal's event out of its row; raise `StoreDamaged`."""
    return Event(row["at"], row["by"], row["role"], row["why"], deal_body(row), tuple(row["evidence"]))


def deal_body(row: RowMapping) -> DealBody:
    """What a deal's event says, out of its kind and body; raise `StoreDamaged`."""
    body: DealBody = _read(row, tuple(_DEAL_KINDS))
    return body


def fund_event(row: RowMapping) -> FundEvent:
    """A fund's event out of its row; raise `StoreDamaged`."""
    body: FundBody = _read(row, tuple(_FUND_KINDS))
    return Event(row["at"], row["by"], row["role"], row["why"], body, tuple(row["evidence"]))


def _read(row: RowMapping, kinds: tuple[str, ...]) -> Any:
    """What a row says; a kind that is none of those fails like a body that is none of its kind."""
    try:
        return _adapter(kinds[kinds.index(row["kind"])]).validate_python(row["body"])
    except ValueError as error:  # pydantic's own is one
        raise StoreDamaged(
            found=f"项目记录 {row['kind'][:40]!a} 无法读出", expected="本软件写入的记录", remedy="请从备份恢复"
        ) from error


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[kind])
