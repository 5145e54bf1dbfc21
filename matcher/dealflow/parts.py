"""Reading the small parts of a pipeline file (流程条目): bases, codes, gates; what a code names must exist."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from matcher.catalogue.entry import Entry
from matcher.dealflow.pipeline import Basis, Check, DocumentKind, Gate, GateKind, Named, Subject, Term, TermUnit

BASIS_KEYS = ("article", "quote", "assumption")


@dataclass(frozen=True, slots=True)
class Names:
    """The codes that a pipeline's parts may name."""

    roles: Mapping[str, Named] = field(default_factory=dict)
    documents: Mapping[str, DocumentKind] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    stages: tuple[str, ...] = ()


def read_basis(entry: Entry, otherwise: Basis | None = None) -> Basis:
    """What an entry rests on: the article's words, or an assumption; `otherwise` where it names neither."""
    if otherwise is not None and not any(key in entry.data for key in BASIS_KEYS):
        return otherwise
    found = Basis(entry.text("article"), entry.text("quote"), entry.text("assumption"))
    if not (found.quote or found.assumption):
        raise entry.fault("没有依据", "quote（原文）或 assumption（原文未载时的理解）", "写明原文，或写明是假定")
    if found.quote and not found.article:
        raise entry.fault("有 quote 而无 article", "写明条款", "补上 article", "quote")
    return found


def read_named(entry: Entry) -> Named:
    """A role, a seat, a prohibition: code, label, basis."""
    entry.only("id", "label", *BASIS_KEYS)
    entry.require("id", "label")
    return Named(entry.text("id"), entry.text("label"), read_basis(entry))


def known(entry: Entry, key: str, allowed: Iterable[str]) -> str:
    """A code under a key, which must be one of those allowed."""
    return _one(entry, key, entry.text(key), tuple(allowed))


def known_all(entry: Entry, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """The codes under a key, each of which must be one of those allowed."""
    codes = tuple(allowed)
    return tuple(_one(entry, key, code, codes) for code in entry.texts(key))


def _one(entry: Entry, key: str, code: str, allowed: tuple[str, ...]) -> str:
    if code in allowed:
        return code
    near = get_close_matches(code, allowed, n=1)
    remedy = f"是否想写 {near[0]}" if near else "先写明该代码，或改名"
    raise entry.fault(f"{key} 为 {code!r}", "、".join(allowed) or "（没有可用的代码）", remedy, key)


def read_flag(entry: Entry, key: str) -> bool:
    """A truth value; false where it is absent."""
    value = entry.data.get(key, False)
    if not isinstance(value, bool):
        raise entry.fault(f"{key} 为 {value!r}", "true 或 false", "改为 true 或 false", key)
    return value


def read_amount(entry: Entry, key: str) -> Decimal:
    """A number that must be there."""
    entry.require(key)
    amount = entry.amount(key)
    assert amount is not None  # noqa: S101  # required above
    return amount


def read_gates(entry: Entry, key: str, names: Names, otherwise: Basis) -> tuple[Gate, ...]:
    """The gates under a key; one without a basis of its own has that of what it stands in."""
    return tuple(_gate(child, names, otherwise) for child in entry.children(key))


def _gate(entry: Entry, names: Names, otherwise: Basis) -> Gate:
    entry.only(*(kind.value for kind in GateKind), *BASIS_KEYS)
    kinds = [kind for kind in GateKind if kind.value in entry.data]
    if len(kinds) != 1:
        raise entry.fault("没有或不止一个门槛", "、".join(GateKind), "每项写一个门槛")
    kind, own = kinds[0], read_basis(entry, otherwise)
    if kind in (GateKind.PAID, GateKind.EXITED):
        if entry.data[kind.value] is not True:
            raise entry.fault(f"{kind} 为 {entry.data[kind.value]!r}", "true", "改为 true，或删去", kind.value)
        return Gate(kind, "", "已注资" if kind is GateKind.PAID else "已全部退出", own)
    if kind is GateKind.VOTE:
        subject = entry.choice(kind.value, Subject)
        return Gate(
            kind, subject.value, "投资方案表决通过" if subject is Subject.INVESTMENT else "退出方案表决通过", own
        )
    labelled: Mapping[str, DocumentKind | Check] = names.documents if kind is GateKind.DOCUMENT else names.checks
    name = known(entry, kind.value, labelled)
    return Gate(kind, name, labelled[name].label, own)


def read_term(entry: Entry, otherwise: Basis | None = None) -> Term:
    """So many days, working days or months; without a basis of its own it has that of what it stands in."""
    entry.only("count", "unit", *BASIS_KEYS)
    entry.require("count", "unit")
    count = entry.count("count")
    assert count is not None  # noqa: S101  # required above
    return Term(count, entry.choice("unit", TermUnit), read_basis(entry, otherwise))
