"""How long an enterprise has existed (成立年限、成立日期)."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from matcher.reading.clauses import Clause, Found
from matcher.reading.numerals import ARABIC, CHINESE, Exactness, exactness, number
from matcher.reading.subjects import is_fact

_FOUND = "(?:注册成立|正式成立|登记注册|成立|创立|创办|创建|设立|注册|开办|建厂|开业|办厂)"
_LENGTH = (
    rf"(?:(?P<years>{ARABIC}|{CHINESE}|半)(?P<odd>多)?个?(?:周)?年(?P<half>半)?(?P<over>多|余|以上|"
    rf"之久)?(?:零?(?P<months>{ARABIC}|{CHINESE})个多?月)?|(?P<only>{ARABIC}|{CHINESE})个多?月)"
)
_SINCE = re.compile(
    rf"(?:{_FOUND}|(?:公司|企业|厂子?|工厂)(?:开|办|做))(?:到?(?:现在|目前|今)|至今|已经?|刚刚?|满|有|"
    rf"了|大概|大约|约|差不多|快|将近|近|不到|不足|不满|未满|超过|才|也|差|:|时间|年限|整整|刚好|"
    rf"正好){{0,4}}{_LENGTH}(?![级末度初底内])"
)
_AGED = re.compile(
    rf"(?P<years>{ARABIC}|{CHINESE})(?P<odd>多)?年(?P<half>)(?P<over>)(?P<months>)(?P<only>)的?(?:老企业|"
    rf"老厂|老公司|企业历史)"
)
_AGO = re.compile(
    rf"(?P<years>{ARABIC}|"
    rf"{CHINESE})(?P<odd>多)?年(?P<half>半)?(?:以)?前(?P<over>)(?P<months>)(?P<only>)(?:就)?{_FOUND}(?!.{{0,8}}(?:子公司|"
    rf"分公司|中心))"
)
_NEW = re.compile(
    "(?:刚刚?|新|才)(?:注册)?(?:成立|注册|创办|开办|设立)(?![\\d一二两三四五六七八九十半满为商资])(?:不久|没多久|的)?"
)
_BELOW_ONE = re.compile(f"{_FOUND}(?:还)?(?:不到|不足|未满|不满)(?:一|1)年")
_DAY = r"(?P<year>\d{4}|去年|前年|今年)年?(?:(?P<month>\d{1,2})月份?)?(?:(?P<day>\d{1,2})[日号])?"
_WHERE = "(?:(?:在|于|由)[\u4e00-\u9fff]{2,10}?|底|初|末|才|就|正式|刚刚?|我们?|公司|的时候)?"
_NOT_THE_FIRM = (
    "(?!资|商标|专利)(?!了?[^，]{0,6}?(?:研发中心|技术中心|中心|研究院|研究所|实验室|分公司|子公司|"
    "事业部|工作站|基金|支部|工会|"
    "办事处|部门|合资公司))"
)
_FOUNDED = re.compile(rf"(?<!\d){_DAY}{_WHERE}{_FOUND}{_NOT_THE_FIRM}")
_FOUNDED_ON = re.compile(rf"{_FOUND}(?:时间|日期|年份|年月)?(?:于|在|是|为|:){{1,2}}(?<!\d){_DAY}(?!\d)")
_DATED = re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?(?!\d)")
_LABEL = re.compile(f"{_FOUND}(?:时间|日期|于|在|是|为|:){{0,3}}$")
_TRIGGER = re.compile(f"{_FOUND}|公司|企业|厂|老")
_DONE_TO = re.compile("收购|投资|服务|合作|跟|和|与|给|找|对接|帮|要求|适合|面向|支持|并购|入股|买")
_CENT = Decimal("0.01")


def read_ages(clause: Clause, at: date) -> Iterator[Found]:
    """Yield `founded_on` or `age_years` (年).

    A year or month alone stands for its first day, as in an import. “三年多” is a little above three (3.01) and
    “不到一年” a little below one (0.99): every rule states whole years, so these decide as the words do. Other bounds
    (“十多年”, “三年以上”, “快五年”) leave the age unknown.
    """
    if not _TRIGGER.search(clause.text):
        return
    dated = next(_dates(clause, at), None)
    if dated:
        yield dated
        return
    yield from _lengths(clause)


def _dates(clause: Clause, at: date) -> Iterator[Found]:
    for match in _DATED.finditer(clause.text):
        if _LABEL.search(clause.text, max(0, match.start() - 12), match.start()):
            yield from _dated(match, at)
    for pattern in (_FOUNDED_ON, _FOUNDED):
        for match in pattern.finditer(clause.text):
            if is_fact(clause, match.start()):
                yield from _dated(match, at)


def _dated(match: re.Match[str], at: date) -> Iterator[Found]:
    relative = {"今年": at.year, "去年": at.year - 1, "前年": at.year - 2}
    spoken = match["year"]
    year = relative.get(spoken) or int(spoken)
    try:
        day = date(year, int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        return
    if day.year >= 1900 and day <= at:
        yield Found("founded_on", day, match.start(), match.end())


def _lengths(clause: Clause) -> Iterator[Found]:
    below = _BELOW_ONE.search(clause.text)
    if below:
        yield Found("age_years", 1 - _CENT, *below.span())
        return
    for match in (*_SINCE.finditer(clause.text), *_AGED.finditer(clause.text), *_AGO.finditer(clause.text)):
        age = _age(clause.text, match)
        if age is not None and is_fact(clause, match.start()) and not _is_of_another(clause.text, match):
            yield Found("age_years", age, *match.span())
            return
    new = _NEW.search(clause.text)
    if new and is_fact(clause, new.start()):
        yield Found("age_years", Decimal(0), *new.span())


def _is_of_another(text: str, match: re.Match[str]) -> bool:
    """Whether the words qualify a firm that something is done to ("收购了一家成立20年的公司")."""
    return text.startswith("的", match.end()) and _DONE_TO.search(text, 0, match.start()) is not None


def _age(text: str, match: re.Match[str]) -> Decimal | None:
    start = match.start("years") if match["years"] else match.start("only")
    if exactness(text[:start], "") is Exactness.BOUND:
        return None
    if match["only"]:
        return _years_of(number(match["only"]))
    years = Decimal("0.5") if match["years"] == "半" else number(match["years"])
    after = match["over"] or text[match.end() : match.end() + 2]
    if years is None or years > 300 or after == "以上" or (match["odd"] and years % 10 == 0):
        return None
    months = _years_of(number(match["months"])) if match["months"] else Decimal(0)
    more = _CENT if match["odd"] or match["over"] in {"多", "余"} or after.startswith(("多", "余")) else Decimal(0)
    return years + (months or Decimal(0)) + (Decimal("0.5") if match["half"] else Decimal(0)) + more


def _years_of(months: Decimal | None) -> Decimal | None:
    return None if months is None else (months / 12).quantize(_CENT)
