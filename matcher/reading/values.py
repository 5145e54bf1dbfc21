"""Written values (书面数值) into typed ones: money, dates, counts, percentages, flags, lists.

The same parsers read a spreadsheet's cells and the free text of a need. What is not stated is not guessed: money
without a unit, a share without a percent sign, an approximate number (约, 近, 以上, 余) and a foreign currency are all
refused with `InvalidValue`, which says in Chinese what was found, what was expected and what to do.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise

from matcher.errors import InvalidValue

BLANKS = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "未知", "不详", "暂无", "未填", "待定", "n/a", "na", "null", "none", "nan"}
)
"""What stands in a cell that holds nothing (空白单元格)."""

YUAN_PER_UNIT = {"元": 1, "千元": 1_000, "万元": 10_000, "万": 10_000, "百万元": 1_000_000, "亿元": 10**8, "亿": 10**8}
"""Units that a column header may name for its money."""

_WAN = Decimal(10_000)
_SCALES = {
    "": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
}  # fmt: skip
_SCALED = re.compile(r"(\d+(?:\.\d+)?)(十万|百万|千万|[十百千万亿]?)")
_LONGEST = 64
_EXACT = "请填写确切的数；约、近、以上、区间等写法不能用于判断条件"
_CHINESE_NUMERAL = re.compile(r"[零〇一二三四五六七八九十百千万亿两点廿负壹贰叁肆伍陆柒捌玖拾佰仟]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CURRENCY = re.compile(r"人民币|RMB|CNY|[¥￥]", re.IGNORECASE)
_FOREIGN = re.compile(
    r"美元|美金|港元|港币|港幣|欧元|日元|日圆|英镑|新台币|台币|澳元|加元|新加坡元|新元|瑞士法郎|法郎|韩元|卢布|澳门元|"
    r"USD|HKD|EUR|JPY|GBP|TWD|AUD|CAD|SGD|CHF|KRW|[$€£]",
    re.IGNORECASE,
)
_MEASURE = r"(?:个月|人|名|位|项|件|家|个|户|种|枚|款|所|台|套)"
_EARLIEST_YEAR = 1600
_EXCEL_EPOCH = date(1899, 12, 30)


class Precision(StrEnum):
    """How exactly a date is stated (日期精度)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date and how exactly it was stated; of a month or a year it is the first day."""

    date: date
    precision: Precision


def is_blank(raw: object) -> bool:
    """Say whether a cell holds nothing: empty, a dash, 未知, 不详, &nbsp; … (无 is a value: it says no)."""
    if not isinstance(raw, str):
        return raw is None
    return clean(raw[:_LONGEST]).lower() in BLANKS and not raw[_LONGEST:].strip()


def clean(text: str) -> str:
    """Give a text in the form that is parsed: half-width (NFKC), without any white space or invisible characters."""
    normal = unicodedata.normalize("NFKC", text.replace("&nbsp;", " "))
    if normal.isprintable():  # the one white space that is printable is " "
        return normal.replace(" ", "")
    return "".join(char for char in normal if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf"))


def parse_money_wan(text: object, *, unit: str | None = None) -> Decimal:
    """Give an amount of money in 万元, exactly: "500万元人民币", "293.52亿元", "3.5亿", "1,200.5万元", "五百万元".

    A unit written in the text goes before `unit`, the one that the column header names (万元, 元, 亿元 …). A number
    with neither, a foreign currency or an approximate amount raises `InvalidValue`.
    """
    expected = "带单位的人民币金额，如 500万元、3.5亿元"
    written = _CURRENCY.sub("", _THOUSANDS.sub("", _written(text, expected)))
    foreign = _FOREIGN.search(written)
    if foreign:
        raise _refusal(text, "人民币金额", f"系统不换算外币（{foreign.group()}），请按约定汇率换算成人民币后填写")
    amount = written.removesuffix("整").removesuffix("圆").removesuffix("元")
    stated = amount != written or _has_scale(amount)
    number = _amount(amount, text, expected)
    yuan = 1 if stated else YUAN_PER_UNIT.get(unit or "")
    if yuan is None:
        raise _refusal(text, expected, "请写明单位（元、万元或亿元），或在表头注明，如 注册资本(万元)")
    return number * yuan / _WAN


def parse_count(text: object, *, unit: str | None = None) -> int:
    """Give a whole number: "1,200人", "12项", "1.2万人", "十二", 12.0; with `unit` 个月 also "3年" (36).

    An approximate number ("约200人", "200余人") raises `InvalidValue`: it does not decide a threshold.
    """
    expected = f"整数，如 120{unit or ''}"
    written = _THOUSANDS.sub("", _written(text, expected))
    factor = 1
    if unit == "个月" and written.endswith("年"):
        written, factor = written.removesuffix("年"), 12
    plain = written.removesuffix(unit) if unit and written.endswith(unit) else re.sub(rf"{_MEASURE}$", "", written)
    number = _amount(plain, text, expected) * factor
    if number != number.to_integral_value():
        raise _refusal(text, expected, "请填写整数")
    return int(number)


def parse_number(text: object, *, unit: str | None = None) -> Decimal:
    """Give a decimal number, with or without its unit: "3.5年", "1,200㎡", "三点五"."""
    expected = f"数字，如 3.5{unit or ''}"
    written = _THOUSANDS.sub("", _written(text, expected))
    units = {clean(unit), "平方米" if unit == "㎡" else unit} if unit else set()
    for ending in units:
        written = written.removesuffix(ending)
    return _amount(written, text, expected)


def parse_percent(text: object, *, unit: str | None = None) -> Decimal:
    """Give a share in %: "3%", "百分之三", "5‰" (0.5); a bare number only where the column header says %.

    Under such a header a number between 0 and 1 is still refused: "0.03" may mean 3 % or 0.03 %.
    """
    expected = "带百分号的比例，如 3% 或 3.5%"
    written = _THOUSANDS.sub("", _written(text, expected))
    if written.startswith("百分之"):
        return _amount(written.removeprefix("百分之"), text, expected)
    if written.endswith("‰"):
        return _amount(written.removesuffix("‰"), text, expected) / 10
    if written.endswith("%"):
        return _amount(written.removesuffix("%"), text, expected)
    number = _amount(written, text, expected)
    if unit != "%" or 0 < abs(number) < 1:
        raise _refusal(text, expected, "请写上百分号：3% 与 0.03% 不能混淆")
    return number


_FLAGS = {
    True: ("是", "有", "yes", "y", "true", "t", "1", "√", "✓", "✔", "对", "已", "1.0"),
    False: ("否", "无", "没有", "不是", "no", "n", "false", "f", "0", "×", "✗", "✘", "未", "0.0"),
}


def parse_flag(text: object) -> bool:
    """Give yes or no: 是/否, 有/无, yes/no, true/false, 1/0, √/×."""
    if isinstance(text, bool):
        return text
    written = _written(text, "是 或 否").lower()
    for answer, words in _FLAGS.items():
        if written in words:
            return answer
    raise _refusal(text, "是 或 否", "请填写“是”或“否”；不清楚时留空")


def parse_choices(text: object) -> tuple[str, ...]:
    """Give the items of a list written with 、 , ; / | or line breaks, each once, in their order."""
    if not isinstance(text, str):
        raise _refusal(text, "以顿号分隔的若干项，如 专利、商标", "请填写文字")
    items = (unicodedata.normalize("NFKC", item).strip() for item in re.split(r"[、,，;；/／|\n]", text))
    return tuple(dict.fromkeys(item for item in items if item))


def parse_date(text: object) -> ParsedDate:
    """Give a date with its precision: "2014-03-12", "2018年4月", "2018/4/1", "20180401", "2018", an Excel serial.

    A `date` or `datetime` is taken as it is. Impossible dates (2月30日) raise `InvalidValue`; a date in the future is
    left to the caller, who knows what day it is.
    """
    if isinstance(text, datetime):
        return ParsedDate(text.date(), Precision.DAY)
    if isinstance(text, date):
        return ParsedDate(text, Precision.DAY)
    if isinstance(text, int | float) and not isinstance(text, bool):
        return _date_of_number(text)
    written = _written(text, _DATE_EXPECTED)
    for pattern in _DATE_PATTERNS:
        found = pattern.fullmatch(written)
        if found:
            return _date_of_parts(text, *found.groups())
    raise _refusal(text, _DATE_EXPECTED, "请改为 年-月-日 的写法")


_DATE_EXPECTED = "日期，如 2014-03-12、2018年4月"
_DATE_PATTERNS = (
    re.compile(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
    ),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})[-/.年](\d{1,2})月?"),
    re.compile(r"(\d{4})年?"),
)


def _date_of_parts(text: object, year: str, month: str | None = None, day: str | None = None) -> ParsedDate:
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    if int(year) < _EARLIEST_YEAR:
        raise _refusal(text, f"{_EARLIEST_YEAR} 年以后的日期", "请核对年份")
    try:
        return ParsedDate(date(int(year), int(month or 1), int(day or 1)), precision)
    except ValueError:
        raise _refusal(text, "日历上存在的日期", "请核对年、月、日") from None


def _date_of_number(number: float) -> ParsedDate:
    """Read a number cell: a year (1800-2100), YYYYMMDD, or the days since 1899-12-30 that Excel counts."""
    if not math.isfinite(number):
        raise _refusal(number, _DATE_EXPECTED, "请改为 年-月-日 的写法")
    whole = int(number)
    if whole == number and (1800 <= whole <= 2100 or len(str(whole)) == 8):
        return parse_date(str(whole))
    if 10_000 <= number < 100_000:
        return ParsedDate(_EXCEL_EPOCH + timedelta(days=whole), Precision.DAY)
    raise _refusal(number, _DATE_EXPECTED, "请改为 年-月-日 的写法")


def _written(raw: object, expected: str) -> str:
    """Give a cell as text to be parsed; a whole float loses its .0, anything but text and numbers is refused."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise _refusal(raw, expected, "请改填文字或数字")
    whole = isinstance(raw, float) and raw.is_integer()
    written = clean(raw) if isinstance(raw, str) else format(Decimal(raw if whole else str(raw)), "f")
    if len(written) > _LONGEST:
        raise _refusal(raw, expected, f"内容过长（{len(written)} 个字符），请只填一个值")
    if written.lower() in BLANKS:
        raise _refusal(raw, expected, "没有数据时请把单元格留空")
    return written


def _has_scale(amount: str) -> bool:
    return amount[-1:] in ("万", "亿")


def _amount(written: str, raw: object, expected: str) -> Decimal:
    """Read a number in figures ("1.2万", "3亿5000万") or in Chinese numerals ("五百万", "三点五亿")."""
    sign = -1 if written.startswith("-") else 1
    figures = written[1:] if written[:1] in ("-", "+") else written
    pieces = [(number, _SCALES[scale]) for number, scale in _SCALED.findall(figures)]
    descending = all(upper > lower for (_, upper), (_, lower) in pairwise(pieces))
    if descending and re.fullmatch(rf"(?:{_SCALED.pattern})+", figures):
        return sign * sum((Decimal(number) * scale for number, scale in pieces), Decimal(0))
    if _CHINESE_NUMERAL.fullmatch(written):
        return _chinese(written, raw, expected)
    raise _refusal(raw, expected, _EXACT)


def _chinese(written: str, raw: object, expected: str) -> Decimal:
    import cn2an  # a quarter of a second to import, and few values are written in characters

    head, _, tail = written.partition("点")
    scale = next((item for item in ("亿", "万") if tail.endswith(item)), "")
    try:
        if not tail:
            return Decimal(str(cn2an.cn2an(head, "normal")))
        return Decimal(str(cn2an.cn2an(f"{head}点{tail.removesuffix(scale)}", "normal"))) * _SCALES[scale]
    except (ValueError, InvalidOperation):
        raise _refusal(raw, expected, "请改用阿拉伯数字") from None


def _refusal(raw: object, expected: str, remedy: str) -> InvalidValue:
    shown = str(raw)
    shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
    return InvalidValue(found=f"“{shown}”", expected=expected, remedy=remedy)
