"""Reading a pipeline's committee and fund (投资决策委员会、基金条款) out of its file."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from matcher.catalogue.entry import Entry
from matcher.dealflow.parts import (
    BASIS_KEYS,
    Names,
    known,
    known_all,
    read_amount,
    read_basis,
    read_flag,
    read_gates,
    read_named,
)
from matcher.dealflow.pipeline import (
    Committee,
    FeeBase,
    FundTerms,
    Named,
    Phase,
    PhaseTerms,
    Revote,
    Subject,
)

_COMMITTEE_KEYS = ("seats", "observers", "passing", "circulation", "revote", "counted_by", "stages")
_FUND_KEYS = (
    "size", "first_tranche", "project_max", "share_max", "never_largest", "in_step", "custody", "instruments",
    "prohibitions", "payment", "phases",
)  # fmt: skip
_PHASE_KEYS = ("phase", "months", "invests", "rolling", "fee_pct", "fee_base")


def read_committee(entry: Entry, names: Names) -> Committee:
    """The committee: seats, observers, votes needed, how they are cast and counted."""
    entry.only(*_COMMITTEE_KEYS)
    entry.require("seats", "passing", "revote", "counted_by", "stages")
    seats = tuple(read_named(child) for child in entry.children("seats"))
    passing, bases = _clause(entry, "passing", "votes"), {}
    bases["passing"] = read_basis(passing)
    needed = passing.count("votes")
    if needed is None or needed > len(seats):
        raise passing.fault(f"votes 为 {needed}", f"1 到 {len(seats)}", "按席位数改正", "votes")
    circulation = None
    if "circulation" in entry.data:
        limit = _clause(entry, "circulation", "up_to_wan")
        circulation, bases["circulation_max"] = read_amount(limit, "up_to_wan"), read_basis(limit)
    revote = _clause(entry, "revote", "counts")
    bases["revote"] = read_basis(revote)
    counted = _clause(entry, "counted_by", "roles")
    bases["counted_by"] = read_basis(counted)
    return Committee(
        seats,
        tuple(read_named(child) for child in entry.children("observers")),
        needed,
        frozenset(known_all(counted, "roles", names.roles)),
        revote.choice("counts", Revote),
        circulation,
        _voting_stages(entry.child("stages"), names),
        MappingProxyType(bases),
    )


def read_fund(entry: Entry, names: Names) -> FundTerms:
    """The fund's terms; a limit that the file leaves out is not set."""
    entry.only(*_FUND_KEYS)
    entry.require("instruments", "payment", "phases")
    amounts = {name: _limit(entry, name, unit) for name, unit in _LIMITS.items()}
    payment = _clause(entry, "payment", "by", "gates")
    bases = {key: read_basis(entry.child(key)) for key in entry.data if key in (*_LIMITS, *_RULES, "payment")}
    prohibited = _list(entry, "prohibitions")
    phases = tuple(_phase(child) for child in entry.children("phases"))
    if prohibited:
        bases["prohibitions"] = prohibited[0].basis
    bases["phases"] = next((item.basis for item in phases if item.invests), phases[0].basis)
    consent = entry.child("project_max")
    return FundTerms(
        size_wan=amounts["size"],
        first_tranche_wan=amounts["first_tranche"],
        project_max_wan=amounts["project_max"],
        consent=known(consent, "consent", names.documents) if "consent" in consent.data else "",
        share_max_pct=amounts["share_max"],
        never_largest="never_largest" in entry.data,
        in_step="in_step" in entry.data,
        custody="custody" in entry.data,
        instruments=_list(entry, "instruments"),
        prohibitions=prohibited,
        payment_gates=read_gates(payment, "gates", names, bases["payment"]),
        paid_by=frozenset(known_all(payment, "by", names.roles)),
        phases=phases,
        bases=MappingProxyType(bases),
    )


_LIMITS: Mapping[str, str] = MappingProxyType(
    {"size": "wan", "first_tranche": "wan", "project_max": "wan", "share_max": "pct"}
)
_RULES = ("never_largest", "in_step", "custody")


def _limit(entry: Entry, name: str, unit: str) -> Decimal | None:
    if name not in entry.data:
        return None
    extra = ("consent",) if name == "project_max" else ()
    return read_amount(_clause(entry, name, unit, *extra), unit)


def _clause(entry: Entry, key: str, *keys: str) -> Entry:
    child = entry.child(key)
    child.only(*keys, *BASIS_KEYS)
    return child


def _list(entry: Entry, key: str) -> tuple[Named, ...]:
    return tuple(read_named(child) for child in entry.children(key))


def _voting_stages(entry: Entry, names: Names) -> Mapping[Subject, str]:
    entry.only(*Subject)
    found = {subject: known(entry, subject.value, names.stages) for subject in Subject if subject.value in entry.data}
    if Subject.INVESTMENT not in found:
        raise entry.fault("没有写明投资方案在哪个阶段表决", "investment: 阶段代码", "补上 investment")
    return MappingProxyType(found)


def _phase(entry: Entry) -> PhaseTerms:
    entry.only(*_PHASE_KEYS, *BASIS_KEYS)
    entry.require("phase", "fee_base")
    base = entry.choice("fee_base", FeeBase)
    fee = Decimal(0) if base is FeeBase.NONE else read_amount(entry, "fee_pct")
    return PhaseTerms(
        entry.choice("phase", Phase),
        entry.count("months"),
        read_flag(entry, "invests"),
        read_flag(entry, "rolling"),
        fee,
        base,
        read_basis(entry),
    )
