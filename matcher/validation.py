"""One value, checked against its field (校验): from a spreadsheet's cell, from JSON, and to and from the store.

`parse_cell` understands what people write; `check_value` takes what programs send, strictly typed. Both end in the
same bounds, and raise `InvalidValue`, `UnknownPlace` or `UnknownIndustry` with a Chinese message.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from matcher.errors import InvalidValue, UnknownIndustry, UnknownPlace
from matcher.fields import PYTHON_TYPES, Field, FieldType, Value
from matcher.reading import values as written
from matcher.taxonomy import credit_codes
from matcher.taxonomy.industries import find_industry
from matcher.taxonomy.regions import find_region
from matcher.taxonomy.zones import find_zone

MAX_TEXT_LENGTH = 20_000
"""The longest text a field keeps, in characters."""
MAX_NUMBER = Decimal(10) ** 12
"""Numbers beyond this (10^12 万元, 人 or %) are mistakes."""
MAX_DECIMALS = 20

SIGNED_FIELDS = frozenset({"net_profit_wan", "net_assets_wan", "net_profit_margin_pct"})
"""Fields that may be negative: a loss and its margin, debts above assets; growth may be too."""
UNBOUNDED_SHARES = frozenset(
    {
        "debt_ratio_pct",
        "net_profit_margin_pct",
        "rd_intensity_pct",
        "rd_intensity_previous_pct",
        "rd_intensity_three_years_pct",
    }
)
"""Shares that may exceed 100 %: debts above assets, research spending or profit above revenue; growth may too."""

_NUMBERS = frozenset({FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER})
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL refuses, and lone surrogates, which UTF-8 has none of."""
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
"""A number that is within the bounds of every reader, plain to see."""
_ENDINGS = ("", "企业", "型", "型企业", "级", "轮", "贷款", "阶段")


def parse_cell(field: Field, raw: object, *, header_unit: str | None = None) -> Value:
    """Give the value that a cell of a spreadsheet states; `header_unit` is the unit that its column's header names.

    Money needs a unit in the cell or the header; counts and numbers are in the field's own unit. Place and industry
    names become codes. A blank cell is refused: ask `matcher.reading.values.is_blank` first and leave the field out.
    """
    return _bounded(field, _read_cell(field, raw, header_unit))


def check_value(field: Field, value: object) -> Value:
    """Give the typed value of what a program sent: JSON types, numbers in the field's own unit, dates as YYYY-MM-DD.

    A number may come as a string, to be exact. Places and industries may be names or codes.
    """
    return _bounded(field, _VALUE_READERS[field.type](field, value))


def to_json(field: Field, value: Value) -> str | int | bool | list[str]:
    """Give a checked value as JSON for the store, without loss: Decimal as string, date as ISO, tuple as list."""
    if not isinstance(value, PYTHON_TYPES[field.type]):
        raise _refusal(field, value, f"{PYTHON_TYPES[field.type].__name__} 类型的值", "请先校验再保存")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def from_json(field: Field, raw: object) -> Value:
    """Give the value that `to_json` wrote; `InvalidValue` where the store holds something else."""
    if field.type in _NUMBERS and isinstance(raw, str):
        return _decimal(field, raw)
    if field.type is FieldType.DATE and isinstance(raw, str):
        return _iso_date(field, raw)
    if field.type is FieldType.CHOICES and isinstance(raw, list):
        return tuple(_text(field, item) for item in raw)
    expected = PYTHON_TYPES[field.type]
    if isinstance(raw, str | bool | int) and type(raw) is expected:
        return raw
    raise _refusal(field, raw, "库中按字段类型保存的值", "数据已损坏，请重新导入该记录")


def _bounded(field: Field, value: Value) -> Value:
    """Refuse numbers that the field cannot have."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return value
    least, most = bounds_of(field.code, field.type)
    if least <= value <= most:
        return value
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise _refusal(field, value, f"不超过 10^12 的{_unit(field)}数", "请核对数值与单位")
    if value < least:
        raise _refusal(field, value, "不小于 0 的数", "请核对数值")
    raise _refusal(field, value, "0 至 100 之间的百分数", "请核对数值，例如 3.5 表示 3.5%")


@cache
def bounds_of(code: str, kind: FieldType) -> tuple[Decimal, Decimal]:
    """The least and the greatest number that a field may have."""
    growth = code.endswith("_growth_pct")
    share = kind is FieldType.PERCENT and not growth and code not in UNBOUNDED_SHARES
    least = -MAX_NUMBER if growth or code in SIGNED_FIELDS else Decimal(0)
    return least, Decimal(100) if share else MAX_NUMBER


_NUMBER_PARSERS: Mapping[FieldType, Callable[..., int | Decimal]] = {
    FieldType.COUNT: written.parse_count,
    FieldType.MONEY: written.parse_money_wan,
    FieldType.PERCENT: written.parse_percent,
    FieldType.NUMBER: written.parse_number,
}
_UNIT_OF_FIELD = frozenset({FieldType.COUNT, FieldType.NUMBER})


def _read_cell(field: Field, raw: object, header_unit: str | None) -> Value:
    if field.type in _NUMBER_PARSERS:
        unit = header_unit or (field.unit if field.type in _UNIT_OF_FIELD else None)
        return _NUMBER_PARSERS[field.type](raw, unit=unit)
    if field.type is FieldType.DATE:
        return written.parse_date(raw).date
    if field.type is FieldType.FLAG:
        return written.parse_flag(raw)
    if field.type is FieldType.CHOICES:
        return _choices(field, written.parse_choices(raw))
    return _VALUE_READERS[field.type](field, _printable(field, raw))


def _printable(field: Field, raw: object) -> str:
    """Give a cell as text: a whole number without .0, without NUL and other control characters."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool | datetime | date) or not isinstance(raw, str | int | float):
        raise _refusal(field, raw, "文字", "请把单元格改为文本格式")
    text = str(raw)
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))


def _decimal(field: Field, value: object) -> Decimal:
    if type(value) is str and PLAIN_NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _refusal(field, value, f"数字{_in_unit(field)}", "请传数字，或写成字符串以免丢失精度")
    try:
        number = Decimal(value if isinstance(value, int) else str(value).strip())
    except InvalidOperation:
        raise _refusal(field, value, f"数字{_in_unit(field)}", "请只传数字，不带单位") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or number.adjusted() > 18 or exponent < -MAX_DECIMALS:
        raise _refusal(field, value, f"有限的数字{_in_unit(field)}", "请核对数值")
    return number


def _count(field: Field, value: object) -> int:
    number = _decimal(field, value)
    if number != number.to_integral_value():
        raise _refusal(field, value, f"整数{_in_unit(field)}", "请传整数")
    return int(number)


def _flag(field: Field, value: object) -> bool:
    if not isinstance(value, bool):
        raise _refusal(field, value, "true 或 false", "请传布尔值；不清楚时不要传这个字段")
    return value


def _iso_date(field: Field, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == len("2014-03-12"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _refusal(field, value, "YYYY-MM-DD 格式且存在的日期", "请改为如 2014-03-12 的写法")


def _text(field: Field, value: object) -> str:
    """Give a text as it may be stored: no NUL (PostgreSQL refuses it), no lone surrogate (UTF-8 has none)."""
    if not isinstance(value, str):
        raise _refusal(field, value, "文字", "请传字符串")
    if _UNSTORABLE.search(value):
        raise _refusal(field, value, "不含空字符（NUL）和残缺字符的文字", "请删去这些字符")
    return value


def _kept_text(field: Field, value: object) -> str:
    text = unicodedata.normalize("NFC", _text(field, value)).strip()
    if not text:
        raise _refusal(field, value, "非空的文字", "没有数据时请留空或不传这个字段")
    if len(text) > MAX_TEXT_LENGTH:
        raise _refusal(field, value, f"不超过 {MAX_TEXT_LENGTH} 个字符的文字", f"现有 {len(text)} 个字符，请缩短")
    zone = find_zone(text) if field.code == "zone" else None
    return zone.name if zone else text


def _choice(field: Field, value: object) -> str:
    text = unicodedata.normalize("NFKC", _text(field, value)).strip()
    by_key = {unicodedata.normalize("NFKC", choice).casefold(): choice for choice in field.choices}
    for ending in _ENDINGS:
        longer, shorter = f"{text}{ending}".casefold(), text.removesuffix(ending).casefold()
        found = by_key.get(longer) or by_key.get(shorter)
        if found:
            return found
    raise _refusal(field, value, "、".join(field.choices), "请从所列选项中选择")


def _choices(field: Field, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise _refusal(field, value, "由选项组成的非空列表", f"选项为：{'、'.join(field.choices)}")
    return tuple(dict.fromkeys(_choice(field, item) for item in value))


def _region(field: Field, value: object) -> str:
    text = _text(field, value)
    found = find_region(text)
    if found is None:
        raise UnknownPlace(
            found=f"{field.label}“{_shown(text)}”",
            expected="能唯一确定的省、市、县名称或 6 位行政区划代码",
            remedy="请写明省市，例如 江苏省苏州市昆山市",
        )
    return found.code


def _industry(field: Field, value: object) -> str:
    text = _text(field, value)
    found = find_industry(text)
    if found is None:
        raise UnknownIndustry(
            found=f"{field.label}“{_shown(text)}”",
            expected="GB/T 4754-2017 的行业代码或名称",
            remedy="请改填国标行业，例如 C27 或 医药制造业",
        )
    return found.code


def _credit_code(field: Field, value: object) -> str:
    text = _text(field, value)
    problem = credit_codes.check(text)
    if problem:
        raise _refusal(field, text, "GB 32100-2015 的 18 位代码", f"{problem.message}；请对照营业执照核对")
    return credit_codes.normalise(text)


_VALUE_READERS: Mapping[FieldType, Callable[[Field, object], Value]] = {
    FieldType.TEXT: _kept_text,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.COUNT: _count,
    FieldType.MONEY: _decimal,
    FieldType.PERCENT: _decimal,
    FieldType.NUMBER: _decimal,
    FieldType.DATE: _iso_date,
    FieldType.FLAG: _flag,
    FieldType.REGION: _region,
    FieldType.INDUSTRY: _industry,
    FieldType.CREDIT_CODE: _credit_code,
}


def _unit(field: Field) -> str:
    return f"（{field.unit}）" if field.unit else ""


def _in_unit(field: Field) -> str:
    return f"，单位 {field.unit}" if field.unit else ""


def _shown(value: object) -> str:
    text = str(value).encode("utf-8", "replace").decode().replace("\0", "␀")
    return text if len(text) <= 40 else f"{text[:40]}…"


def _refusal(field: Field, value: object, expected: str, remedy: str) -> InvalidValue:
    return InvalidValue(found=f"{field.label}“{_shown(value)}”", expected=expected, remedy=remedy)
