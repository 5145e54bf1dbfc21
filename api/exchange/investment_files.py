"""A file of investments (投资记录表) row by row: the same tables, headings and cells as of parties, other fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.exchange.cells import read_cell
from api.exchange.columns import ColumnPlan, is_header, plan_columns
from api.exchange.limits import DEFAULT_LIMITS, Limits
from api.exchange.problems import RowProblem, RowResult, Severity
from api.exchange.reading import Row, Table, open_table
from api.exchange.records import cell_text
from matcher.fields import Field, FieldRegistry, FieldType, PartyKind, Value
from matcher.investments import Investment

_KIND = PartyKind.ENTERPRISE
_SEVERAL = re.compile(r"[、；;\n]+|，\s*|,\s+")
"""What stands between several investors in one cell."""


_FIELDS: tuple[tuple[str, str, FieldType, str | None, str], ...] = (
    ("investor", "投资机构", FieldType.TEXT, None, "投资方 投资人 投资主体 基金 基金名称 机构名称"),
    ("name", "被投企业", FieldType.TEXT, None, "融资方 被投公司 被投项目 项目公司 企业名称 公司名称"),
    ("credit_code", "被投企业信用代码", FieldType.CREDIT_CODE, None, "统一社会信用代码 信用代码"),
    ("industry", "行业", FieldType.INDUSTRY, None, "所属行业 国民经济行业"),
    ("business", "主营业务", FieldType.TEXT, None, "业务描述 公司介绍 项目简介"),
    ("on", "日期", FieldType.DATE, None, "投资日期 投资时间 融资时间"),
    ("round", "轮次", FieldType.TEXT, None, "投资轮次 融资轮次"),
    ("amount_wan", "金额", FieldType.MONEY, "万元", "投资金额 投资额 融资金额"),
    ("stake_pct", "持股比例", FieldType.PERCENT, "%", "占股 股比 股权比例"),
    ("source", "来源", FieldType.TEXT, None, "数据来源"),
)
"""Code, label, type, unit and further headings of what a file says of an investment."""


@cache
def investment_fields() -> FieldRegistry:
    """What a file of investments can say of each, with the headings that are understood."""
    kinds = frozenset({_KIND})
    return FieldRegistry.of(
        Field(code, label, type_, "投资", kinds, unit=unit, aliases=tuple(others.split()))
        for code, label, type_, unit, others in _FIELDS
    )


@dataclass(frozen=True, slots=True)
class InvestmentOrigin:
    """What holds of every row that does not say otherwise: whose investments these are, where they come from."""

    source: str
    investor_id: str | None = None
    offer_id: str | None = None

    @property
    def of_one(self) -> bool:
        """Whether the whole file is of one investor: then no row need say whose it is."""
        return self.investor_id is not None or self.offer_id is not None


@dataclass(frozen=True, slots=True)
class InvestmentRow:
    """What became of one row: the investments that it tells of (several investors are several), and what was wrong."""

    result: RowResult
    made: tuple[Investment, ...] = ()
    credit_code: str = ""


@dataclass(frozen=True, slots=True)
class InvestmentFile:
    """A file of investments with its header found."""

    table: Table
    plan: ColumnPlan
    origin: InvestmentOrigin

    def rows(self) -> Iterator[InvestmentRow]:
        """Yield what each row tells of."""
        for row in self.table.rows():
            yield self._read(row)

    def _read(self, row: Row) -> InvestmentRow:
        cells = tuple(map(cell_text, row.cells))
        if row.fault:
            return _refused(row, cells, "", "ragged_row", row.fault)
        values, problems = self._values(row)
        firm, investor = str(values.get("name", "")), str(values.get("investor", ""))
        if not firm:
            return _refused(row, cells, self.plan.name.column.header, "name_missing", "没有被投企业")
        investors = [] if self.origin.of_one else [part for part in _SEVERAL.split(investor) if part.strip()]
        if not investors and not self.origin.of_one:
            return _refused(row, cells, "投资机构", "investor_missing", "没有投资机构")
        if len(investors) > 1 and values.pop("amount_wan", None) is not None:
            problems.append(RowProblem("金额", "", "amount_shared", "几家机构合投，各自的金额不明，未采用"))
        made = tuple(_investment(values, firm, name.strip(), self.origin) for name in investors or [""])
        return InvestmentRow(
            RowResult(row.line, None, tuple(problems), cells), made, str(values.get("credit_code", ""))
        )

    def _values(self, row: Row) -> tuple[dict[str, Value], list[RowProblem]]:
        values: dict[str, Value] = {}
        problems: list[RowProblem] = []
        for binding in (self.plan.name, *self.plan.bindings):
            value, problem = read_cell(binding, row.cells[binding.column.place])
            if value is not None:
                values[binding.field.code] = value
            if problem is not None:
                problems.append(problem)
        return values, problems


def open_investments(path: Path, origin: InvestmentOrigin, limits: Limits = DEFAULT_LIMITS) -> InvestmentFile:
    """Open a CSV or XLSX file of investments. Raises `ImportRefused` where it is no table of them."""
    fields = investment_fields()
    table = open_table(path, lambda cells: is_header(cells, _KIND, fields), limits)
    return InvestmentFile(table, plan_columns(table.headers, _KIND, fields), origin)


def _investment(values: dict[str, Value], firm: str, investor: str, origin: InvestmentOrigin) -> Investment:
    said = {code: values.get(code) for code in ("on", "amount_wan", "stake_pct")}
    texts = {code: str(values.get(code, "")) for code in ("industry", "business", "round")}
    source = str(values.get("source", "")) or origin.source
    whose = {"investor_id": origin.investor_id, "offer_id": origin.offer_id}
    return Investment(investor, firm, **whose, **texts, **said, source=source)  # type: ignore[arg-type]


def _refused(row: Row, cells: tuple[str, ...], column: str, code: str, message: str) -> InvestmentRow:
    return InvestmentRow(RowResult(row.line, None, (RowProblem(column, "", code, message, Severity.REFUSED),), cells))
