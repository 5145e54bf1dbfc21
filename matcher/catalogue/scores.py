"""Reading scores (评分条件): tables of bands with points, a threshold in all and for each first-level indicator."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from matcher.catalogue.entry import Entry
from matcher.catalogue.leaves import OPERATORS, Sources, declared_field, own_clause, typed_value
from matcher.eligibility.criteria import Band, Clause, Criterion, Group, Leaf, Operator, Scored, Table
from matcher.eligibility.gaps import requirement
from matcher.fields import Field, FieldType

Read = Callable[[Entry, Sources, int], Criterion]
"""How a nested criterion is read; passed in, for criteria and scores hold each other."""

MOST_STEPS = 100
"""No indicator has more bands than this."""

_CLAUSE_KEYS = ("quote", "document", "article", "assumption")
_SCORE_KEYS = ("label", "least", "above", "groups", "tables", *_CLAUSE_KEYS)
_BAND_KEYS = ("field", "unit", "operator", "bands", "each", "points", "most", "any")
_RISING = (Operator.GE, Operator.GT)
_FALLING = (Operator.LE, Operator.LT)


def read_scored(entry: Entry, sources: Sources, depth: int, read: Read) -> Scored:
    """Read {scored: {label, least or above, groups, tables}}; see docs/rule-packs.md for the tables' forms."""
    entry.only("scored")
    score = entry.child("scored")
    score.only(*_SCORE_KEYS)
    score.require("label", "tables")
    least, above = score.amount("least"), score.amount("above")
    if (least is None) == (above is None):
        raise score.fault("least 与 above 应写且只写一个", "least: 60（不低于）或 above: 70（高于）", "按原文保留其一")
    own = replace(sources, first=own_clause(score, sources))
    tables = tuple(_table(child, own, depth, read) for child in score.children("tables"))
    groups = tuple(_group(child) for child in score.children("groups"))
    _check_groups(score, tables, groups)
    threshold = _points(score, least if above is None else above)
    _check_reachable(score, "全部指标", tables, threshold)
    return Scored(
        tables, threshold, score.text("label"), own.first, groups, above is not None, score.text("assumption")
    )


def _group(entry: Entry) -> Group:
    entry.only("name", "least", "most")
    entry.require("name")
    return Group(entry.text("name"), entry.amount("least"), entry.amount("most"))


def _check_groups(entry: Entry, tables: Sequence[Table], groups: Sequence[Group]) -> None:
    names = [group.name for group in groups]
    if len(set(names)) != len(names):
        raise entry.fault("groups 中有重名", "每个一级指标一次", "删去重复的一级指标")
    for table in tables:
        if table.group and table.group not in names:
            raise entry.fault(f"指标“{table.label}”的 group 为 {table.group!r}", "、".join(names), "在 groups 中写明")
    for group in groups:
        within = [table for table in tables if table.group == group.name]
        _check_reachable(entry, f"一级指标“{group.name}”", within, group.least or Decimal(0))


def _check_reachable(entry: Entry, name: str, tables: Sequence[Table], least: Decimal) -> None:
    most = sum((table.most for table in tables), start=Decimal(0))
    if least > most:
        raise entry.fault(f"{name}满分 {most}，要求 {least}", "要求不超过满分", "补齐指标或改正要求的分数")


def _table(entry: Entry, sources: Sources, depth: int, read: Read) -> Table:
    entry.only("label", "group", *_BAND_KEYS, *_CLAUSE_KEYS)
    entry.require("label")
    clause = own_clause(entry, sources)
    inner = replace(sources, first=clause)
    ways = _ways(entry)
    bands = tuple(band for way in ways for band in _bands(way, inner, depth, read, entry.text("assumption")))
    if len(bands) > MOST_STEPS:
        raise entry.fault(f"有 {len(bands)} 档", f"不超过 {MOST_STEPS} 档", "合并分档")
    return Table(entry.text("label"), bands, entry.text("group"), clause)


def _ways(entry: Entry) -> tuple[Entry, ...]:
    """The indicators of which the best counts; a table without `any` is its own only one."""
    if "any" not in entry.data:
        return (entry,)
    entry.only("label", "group", "any", *_CLAUSE_KEYS)
    entry.require("any")
    ways = entry.children("any")
    for way in ways:
        way.only(*(key for key in _BAND_KEYS if key != "any"))
    return ways


def _bands(entry: Entry, sources: Sources, depth: int, read: Read, assumption: str) -> tuple[Band, ...]:
    if "field" not in entry.data:
        entry.require("bands")
        return tuple(_free_band(child, sources, depth, read) for child in entry.children("bands"))
    field = declared_field(entry)
    operator = entry.choice("operator", Operator, Operator.GE)
    if operator not in (*_RISING, *_FALLING) or operator not in OPERATORS[field.type]:
        raise entry.fault(f"{field.label} 的分档用 {operator}", "ge、gt、le、lt，字段为数字", "改用 when")
    steps = _stepped(entry) if "each" in entry.data else _listed(entry, field)
    _check_order(entry, operator, steps)
    return tuple(Band(points, _leaf(field, operator, value, sources.first, assumption)) for value, points in steps)


def _free_band(entry: Entry, sources: Sources, depth: int, read: Read) -> Band:
    entry.only("points", "when")
    entry.require("points", "when")
    return Band(_points(entry, entry.amount("points")), read(entry.child("when"), sources, depth + 1))


def _listed(entry: Entry, field: Field) -> list[tuple[Decimal, Decimal]]:
    """Bands as [value, points] or {value, points}."""
    entry.require("bands")
    raw = entry.data["bands"]
    if not isinstance(raw, list):
        raise entry.fault(f"bands 为 {raw!r}", "列表", "写成 [[30, 20], [25, 16]]，前为界限，后为分数")
    return [_step(entry, field, item) for item in raw]


def _step(entry: Entry, field: Field, item: object) -> tuple[Decimal, Decimal]:
    if isinstance(item, list) and len(item) == 2:
        item = {"value": item[0], "points": item[1]}
    if not isinstance(item, dict) or set(item) != {"value", "points"}:
        raise entry.fault(f"分档 {item!r}", "[界限, 分数]", "写成 [30, 20]，前为界限，后为分数")
    band = Entry(f"{entry.where} 的分档", item)
    value = typed_value(band, field, item["value"])
    if not isinstance(value, int | Decimal):
        raise band.fault(f"界限 {value!r}", "数字", "改用 bands 下的 when")
    return Decimal(value), _points(band, band.amount("points"))


def _stepped(entry: Entry) -> list[tuple[Decimal, Decimal]]:
    """Bands of "每满 2 年得 1 分，最高 5 分": each 2, points 1, most 5."""
    entry.require("each", "points", "most")
    if "bands" in entry.data:
        raise entry.fault("each 与 bands 并存", "二者之一", "按原文保留其一")
    each, points, most = (entry.amount(key) for key in ("each", "points", "most"))
    if not each or not points or not most or most / points > MOST_STEPS:
        raise entry.fault("each、points、most 有误", f"大于 0，且不超过 {MOST_STEPS} 档", "按原文改正")
    count = -int(-most // points)
    return [(step * each, _points(entry, min(step * points, most))) for step in range(count, 0, -1)]


def _check_order(entry: Entry, operator: Operator, steps: Sequence[tuple[Decimal, Decimal]]) -> None:
    """A harder band gives more points; anything else is a slip of the pen."""
    ordered = sorted(steps, reverse=operator in _RISING)
    points = [given for _, given in ordered]
    if any(harder <= easier for harder, easier in pairwise(points)):
        raise entry.fault("分档的分数与界限次序不符", "界限越难达到，分数越高，界限不重复", "核对原文后改正")


def _leaf(field: Field, operator: Operator, value: Decimal, clause: Clause, assumption: str) -> Leaf:
    required = int(value) if field.type is FieldType.COUNT else value
    leaf = Leaf(field.code, operator, required, "", clause, assumption)
    return replace(leaf, label=f"{field.label}{requirement(leaf)}")


def _points(entry: Entry, points: Decimal | None) -> Decimal:
    if points is None or points != round(points, 2):
        raise entry.fault(f"分数 {points}", "不小于 0、至多两位小数的数字", "按原文改正")
    return points
