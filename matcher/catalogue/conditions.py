"""Reading criteria (条件): single conditions, joined by `all`, `any`, `not`, scores and references."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from matcher.catalogue.entry import Entry, collected
from matcher.catalogue.leaves import Sources, read_leaf
from matcher.catalogue.references import read_reference, stepped
from matcher.catalogue.scores import read_scored
from matcher.eligibility.criteria import All, AnyOf, Criterion, Not

MAX_DEPTH = 8
"""Criteria nested deeper than this say nothing that an officer could check."""
MAX_CONDITIONS = 2_000
"""No offer has more conditions than this, those of references included; it stops packs that grow without bound."""


def read_criterion(entry: Entry, sources: Sources, depth: int = 0) -> Criterion:
    """Read a leaf, {all: [...]}, {any: [...], least: n}, {not: ...}, {scored: ...}, {use: NAME} or {offer: ID}."""
    if depth > MAX_DEPTH:
        raise entry.fault(f"条件嵌套超过 {MAX_DEPTH} 层", f"不超过 {MAX_DEPTH} 层", "拆成几个并列的条件")
    if next(sources.count) > MAX_CONDITIONS:
        raise entry.fault(f"条件超过 {MAX_CONDITIONS} 项", f"不超过 {MAX_CONDITIONS} 项", "减少重复引用或拆成几条资源")
    for key, read in _COMPOUNDS.items():
        if key in entry.data:
            return read(entry, sources, depth + 1)
    return read_leaf(entry, sources)


def _all(entry: Entry, sources: Sources, depth: int) -> Criterion:
    entry.only("all", "label")
    entry.require("all")
    return All(_parts(entry, "all", sources, depth), entry.text("label"))


def _any(entry: Entry, sources: Sources, depth: int) -> Criterion:
    entry.only("any", "label", "least")
    entry.require("any", "label")
    parts, least = _parts(entry, "any", sources, depth), entry.count("least") or 1
    if least > len(parts):
        raise entry.fault(f"least 为 {least}，只有 {len(parts)} 项", f"不超过 {len(parts)}", "改小 least 或补齐条件")
    return AnyOf(parts, entry.text("label"), least)


def _not(entry: Entry, sources: Sources, depth: int) -> Criterion:
    entry.only("not", "label")
    entry.require("not", "label")
    return Not(read_criterion(entry.child("not"), sources, depth), entry.text("label"))


def _use(entry: Entry, sources: Sources, depth: int) -> Criterion:
    entry.only("use")
    name = entry.text("use")
    if name not in sources.shared:
        near = get_close_matches(name, sources.shared, n=1)
        remedy = f"是否想写 {near[0]}" if near else "在 conditions 中写明或改名"
        raise entry.fault(f"没有名为 {name!r} 的共用条件", "、".join(sources.shared) or "（未定义）", remedy, "use")
    return read_criterion(sources.shared[name], stepped(entry, sources, name), depth)


def _offer(entry: Entry, sources: Sources, _depth: int) -> Criterion:
    return read_reference(entry, sources, read_criterion)


def _scored(entry: Entry, sources: Sources, depth: int) -> Criterion:
    return read_scored(entry, sources, depth, read_criterion)


_COMPOUNDS: Mapping[str, Callable[[Entry, Sources, int], Criterion]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "use": _use,
    "offer": _offer,
    "scored": _scored,
}


def _parts(entry: Entry, key: str, sources: Sources, depth: int) -> tuple[Criterion, ...]:
    return collected(lambda child: read_criterion(child, sources, depth), entry.children(key))
