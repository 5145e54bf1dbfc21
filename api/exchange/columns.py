"""Columns to fields (列与字段), by the registry's labels and aliases, and by what a whole set of headings says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from api.errors import ImportRefused
from api.exchange.headings import Heading, known_headings, plain, take_apart
from matcher.fields import Field, FieldRegistry, FieldType, PartyKind

_PLACE_PARTS: tuple[frozenset[str], ...] = (
    frozenset({"province", "省", "省份", "省级", "所在省", "所在省份", "省/直辖市", "省市"}),
    frozenset({"city", "市", "城市", "地市", "市州", "地级市", "所在市", "所在城市"}),
    frozenset({"district", "county", "区", "县", "区县", "区/县", "县区", "市区县", "所在区县", "所在区"}),
)
"""Headings of a place that is spread over three columns, widest first."""

_INDUSTRY_CODES = ("guobiaosubindustrycode", "guobiaoindustrycode")
_INDUSTRY_NAMES = {"guobiaosubindustrycode": "guobiaosubindustry", "guobiaoindustrycode": "guobiaoindustry"}
_SAME_UNITS = ({"人", "名", "位"}, {"项", "件", "个", "家", "户"})
_COUNTED = (FieldType.COUNT, FieldType.NUMBER)
_GENERIC_NAMES = frozenset({"名称", "name"})
_LEFT_OUT = Heading("", None)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its place from 0, its heading as written and taken apart."""

    place: int
    header: str
    heading: Heading


@dataclass(frozen=True, slots=True)
class Binding:
    """A column that fills a field; `unit` is the one that its heading names (万元, %, 人 …), or None."""

    column: Column
    field: Field
    unit: str | None


@dataclass(frozen=True, slots=True)
class CodedIndustry:
    """A column of GB/T 4754 codes and the column of names beside it, by which the code is checked."""

    code: Column
    name: Column | None


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What each column of a file is for.

    `bindings` fill one field each; `places` together say the region, widest first; `industries` hold codes, finest
    first; `ignored` are the headings that no field answers to; `notices` are Chinese sentences for the summary.
    """

    headers: tuple[str, ...]
    name: Binding
    bindings: tuple[Binding, ...]
    places: tuple[Column, ...]
    industries: tuple[CodedIndustry, ...]
    ignored: tuple[str, ...]
    notices: tuple[str, ...]

    def binding(self, code: str) -> Binding | None:
        """The column that fills a field, or None."""
        return next((item for item in self.bindings if item.field.code == code), None)


Chosen = Mapping[str, str]
"""What a person said of columns: the code of the field that each heading fills, empty for a column to leave out."""


def is_header(cells: Sequence[str], kind: PartyKind, registry: FieldRegistry, chosen: Chosen = _NOTHING) -> bool:
    """Say whether a row can be the header: one of its cells names the party."""
    known = known_headings(kind, registry)
    return any(chosen.get(cell, _field_of(cell, known)) == "name" for cell in cells)


def plan_columns(
    headers: Sequence[str], kind: PartyKind, registry: FieldRegistry, chosen: Chosen = _NOTHING
) -> ColumnPlan:
    """Give the plan for a header row; what is `chosen` goes before what the headings say.

    Of two columns for one field the first wins and the second is reported. Raises `ImportRefused` where no column
    names the party.
    """
    known = known_headings(kind, registry)
    columns = [
        Column(place, header, _heading(header, registry, chosen))
        for place, header in enumerate(headers)
        if header.strip()
    ]
    notices = _notices_of_headers(headers, columns)
    by_name = _first_by_name(columns)
    industries, industry_names = _coded_industries(by_name)
    places = _place_columns(columns)
    taken = {column.place for column in (*places, *industry_names, *(item.code for item in industries))}
    claims = _claims([column for column in columns if column.place not in taken], known, coded=bool(industries))
    fitting = [(column, field) for column, field in claims if _unit_fits(column, field)]
    bindings, repeated = _first_claims(fitting)
    name = next((item for item in bindings if item.field.code == "name"), None)
    if name is None:
        raise _no_name(headers, registry["name"])
    claimed = {column.place for column, _ in fitting} | taken
    return ColumnPlan(
        headers=tuple(headers),
        name=name,
        bindings=tuple(item for item in bindings if item is not name),
        places=places,
        industries=industries,
        ignored=tuple(column.header for column in columns if column.place not in claimed),
        notices=(*notices, *repeated, *(_other_unit(*claim) for claim in claims if not _unit_fits(*claim))),
    )


def _heading(header: str, registry: FieldRegistry, chosen: Chosen) -> Heading:
    """A heading as written, or as the field that was chosen for it is called; a unit that it names stays."""
    code = chosen.get(header)
    if code is None:
        return take_apart(header)
    return Heading(plain(registry[code].label), take_apart(header).unit) if code else _LEFT_OUT


def _field_of(header: str, known: Mapping[str, Field]) -> str | None:
    field = known.get(take_apart(header).name)
    return field.code if field else None


def _notices_of_headers(headers: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    empty = [str(place) for place, header in enumerate(headers, start=1) if not header.strip()]
    names = [column.header for column in columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    notices = [f"第 {'、'.join(empty)} 列没有列名，未读取"] if empty else []
    return (*notices, *(f"列名“{name}”重复" for name in doubled))


def _first_by_name(columns: Iterable[Column]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in columns:
        found.setdefault(column.heading.name, column)
    return found


def _coded_industries(by_name: Mapping[str, Column]) -> tuple[tuple[CodedIndustry, ...], tuple[Column, ...]]:
    coded = tuple(
        CodedIndustry(by_name[name], by_name.get(_INDUSTRY_NAMES[name])) for name in _INDUSTRY_CODES if name in by_name
    )
    return coded, tuple(item.name for item in coded if item.name is not None)


def _place_columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    found = [next((column for column in columns if column.heading.name in names), None) for names in _PLACE_PARTS]
    return tuple(column for column in found if column is not None)


def _claims(columns: Sequence[Column], known: Mapping[str, Field], *, coded: bool) -> list[tuple[Column, Field]]:
    """Pair each column with the field that its heading names, set right by what stands beside it."""
    claims = [(column, known[column.heading.name]) for column in columns if column.heading.name in known]
    specific = any(field.code == "name" and column.heading.name not in _GENERIC_NAMES for column, field in claims)
    set_right: list[tuple[Column, Field]] = []
    for column, field in claims:
        if specific and field.code == "name" and column.heading.name in _GENERIC_NAMES:
            field = known.get("short_name", field)  # noqa: PLW2901 - a brand stands beside the registered name
        if coded and field.type is FieldType.INDUSTRY:
            field = known.get("industry_label", field)  # noqa: PLW2901 - the codes are in columns of their own
        set_right.append((column, field))
    return set_right


def _unit(column: Column, field: Field) -> str | None:
    """The unit that a heading names; a heading that is the field's code means the field's own unit."""
    return field.unit if column.heading.name == plain(field.code) else column.heading.unit


def _unit_fits(column: Column, field: Field) -> bool:
    """A count or a measure is read in its field's own unit; one in another unit (亩 for ㎡) is not converted."""
    unit = column.heading.unit
    if unit is None or unit == field.unit or field.type not in _COUNTED:
        return True
    return any({unit, field.unit} <= units for units in _SAME_UNITS)


def _other_unit(column: Column, field: Field) -> str:
    return f"“{column.header}”的单位是{column.heading.unit}，“{field.label}”应以{field.unit}计，未读取"


def _first_claims(claims: Iterable[tuple[Column, Field]]) -> tuple[list[Binding], tuple[str, ...]]:
    first: dict[str, Binding] = {}
    repeated: list[str] = []
    for column, field in claims:
        winner = first.setdefault(field.code, Binding(column, field, _unit(column, field)))
        if winner.column is not column:
            repeated.append(
                f"“{column.header}”与“{winner.column.header}”同为“{field.label}”，取“{winner.column.header}”"
            )
    return list(first.values()), tuple(repeated)


def _no_name(headers: Sequence[str], name: Field) -> ImportRefused:
    found = "、".join(header for header in headers if header.strip())
    shown = found if len(found) <= 200 else f"{found[:200]}…"
    return ImportRefused(
        found=f"列名中没有主体名称（读到的列名：{shown or '无'}）",
        expected=f"{name.label}（或 {'、'.join(name.aliases)}）",
        remedy="请在第一行写上列名，或使用导入模板",
    )
