"""One cell to one value (单元格取值), with what spreadsheets do to cells on the way."""

import re
from datetime import date

from api.exchange.columns import Binding
from api.exchange.problems import RowProblem
from api.exchange.records import Cell, cell_text
from matcher.errors import MatcherError
from matcher.fields import FieldType, Value
from matcher.reading.values import Precision, is_blank, parse_date
from matcher.validation import parse_cell

_FOREIGN_UNIT = re.compile(r"美|港|欧|日元|英镑|台币|澳|新元|usd|hkd|eur|jpy|gbp")
_LONGEST_BLANK = 24
_EPOCH = date(1970, 1, 1)
_TEXT_MARK = re.compile(r"'(?=[=+\-@])")
_PRECISION_NOTES = {Precision.MONTH: "只写到月份，按当月 1 日计", Precision.YEAR: "只写到年份，按当年 1 月 1 日计"}


def written(cell: Cell) -> str:
    """Give a cell's text without the white space around it and the apostrophe that marks text; blank marks are ""."""
    text = _TEXT_MARK.sub("", cell_text(cell).strip(), count=1)
    return "" if len(text) <= _LONGEST_BLANK and is_blank(text) else text


def read_cell(binding: Binding, cell: Cell) -> tuple[Value | None, RowProblem | None]:
    """Give the value of a cell, or None where it is blank or cannot be read, and the problem to show a person."""
    text = written(cell)
    if not text:
        return None, None
    problem = _spoilt(binding, cell, text)
    if problem is not None:
        return None, problem
    try:
        value = parse_cell(binding.field, _typed(binding, cell, text), header_unit=binding.unit)
    except MatcherError as error:
        return None, RowProblem(binding.column.header, text, f"invalid_{binding.field.type.value}", str(error))
    if value == _EPOCH:
        message = "1970-01-01 是系统未填日期时的缺省值，未采用；确为当日成立的请在系统中填写"
        return None, RowProblem(binding.column.header, text, "default_date", message)
    return value, _note(binding, cell, text)


def _spoilt(binding: Binding, cell: Cell, text: str) -> RowProblem | None:
    """What a value cannot be read from: damaged bytes, and codes that a spreadsheet turned into numbers."""
    if "�" in text:
        return RowProblem(binding.column.header, text, "damaged_text", "字符已损坏（�），请从原始数据重新导出")
    if binding.field.type is FieldType.CREDIT_CODE and not isinstance(cell, str):
        message = "信用代码被 Excel 当作数字，末几位已丢失；请把该列设为文本格式后重新填写"
        return RowProblem(binding.column.header, text, "invalid_credit_code", message)
    return None


def _typed(binding: Binding, cell: Cell, text: str) -> object:
    if binding.field.type is FieldType.DATE and not isinstance(cell, str):
        return cell
    if binding.unit and binding.field.type is FieldType.MONEY and _FOREIGN_UNIT.search(binding.unit):
        return f"{text}{binding.unit}"
    return text


def _note(binding: Binding, cell: Cell, text: str) -> RowProblem | None:
    """What to know of a value that was read all the same: a date that names no day."""
    if binding.field.type is not FieldType.DATE or not isinstance(cell, str):
        return None
    note = _PRECISION_NOTES.get(parse_date(text).precision)
    return RowProblem(binding.column.header, text, "date_not_exact", note) if note else None
