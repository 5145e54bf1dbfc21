"""People (人员): headcount, technical staff, doctors, talent programmes."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.reading.clauses import Clause, Found
from matcher.reading.labels import label, labelled
from matcher.reading.numerals import NUMBER, Exactness, exactness, whole
from matcher.reading.subjects import is_denied, is_fact

_PEOPLE = re.compile(
    rf"(?P<number>{NUMBER})(?P<vague>多|余|来)?(?:号人|个人|人|名|位|个(?=员工|职工|博士|"
    rf"研发人员|技术人员|科技人员|研发工程师|全职|$|、|和)|(?=员工|职工|博士|$))(?!次|脸|民|工智|才|均)"
)
_FILLER = (
    "大概|大约|约为|约|差不多|左右|是|为|达到|达|有|到|了|:|已经?|就|才|只|共有|共|总共|一共|合计|现在|"
    "目前|的|总数|人数|人员|人|数量|"
    "规模|超过|超|近|将近|接近|不到|不足|上"
)
_PART = "研发术售心理始营务家士科课服工厂计试销产线队程师导人"
_STAFF = rf"员工|职工|从业人员|全公司|在职|在岗|用工|(?<![{_PART}])团队|(?<![{_PART}])人员规模"
_TECHNICAL = "研发人员|科技人员|技术人员|科研人员|研发团队|技术团队|研发工程师|研发"
_PROFESSION = (
    "(?:[\u4e00-\u9fff]{0,6}(?:创业|核心|成员|博士|硕士|研发|工程师|专家|人才|教授|院士|股东|创始人|合伙人|销售|高管|"
    "技术|科研|顾问|党员|师傅|工人))"
)
_LABELS = (
    label("insured_staff", "参保|缴纳社保|交社保|社保", _FILLER, after="(?:参保|缴纳?社保|交社保)"),
    label("doctors", "博士(?:研究生|学历)?", _FILLER, after="(?:的)?(?:海归)?博士(?!后|点|工作|生导|研究生导)"),
    label(
        "tech_staff",
        _TECHNICAL,
        _FILLER,
        after="(?:的|是|做|搞|从事){0,2}(?:研发人员|科技人员|技术人员|研发团队|技术团队|研发工程师|"
        "研发(?![投经费机中成了出产]))",
        barred="来自|曾|由|的",
    ),
    label(
        "headcount",
        _STAFF,
        _FILLER,
        after="(?:的|规模|左右){0,2}(?:全职|在职|正式)?(?:员工|职工|从业人员|团队|小团队|规模|公司|企业|小厂|"
        "工厂)(?!家)",
        barred=_PROFESSION,
    ),
    label(
        "headcount",
        "公司|企业|厂里|全厂|我们厂?",
        "现在|目前|现|一共|总共|共|就|有|只|才|大概|大约|约|差不多",
        barred=_PROFESSION,
    ),
)
_NOT_STAFF = re.compile(
    "招聘|招募|培训|带动|服务|覆盖|客户|用户|学员|培养|就业|扩招|帮助|每|离职|裁|兼职|实习|毕业|外聘|"
    "退休|残疾|销售|市场"
)
_NO_DOCTORS = re.compile("(?:没有|(?<!有)无)博士(?!后|点|学位)")
_TALENT = "人才|领军|英才|高层次|万人计划|千人计划|双创计划|双创之?星|长江学者|杰青|优青|计划"
_SELECTED = re.compile(rf"(?:入选|评为|获评|获得|认定为|列入|入围|是)(?:了|过)?[^，]{{0,12}}?(?:{_TALENT})[^，]{{0,6}}")
_NAMED_TALENT = re.compile("领军人才|人才计划|高层次人才|双创人才|万人计划|千人计划|省双创|科技英才|人才企业|创业英才")
_LOW_LEVEL = re.compile("(?:区|县|镇|街道|校|院|行业|公司|企业)级")
_NO_TALENT = re.compile(
    "(?:没有?|未|从未|不是|尚未)(?:人)?(?:入选|评上|获得|获评|拿到)?(?:过)?[^，]{0,8}?(?:领军人才|"
    "人才计划|高层次人才|双创人才|人才企业)"
)
_TRIGGER = re.compile("[人名位员职队博研]|工程师|参保|社保|公司|企业|厂|我们")


def read_people(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield counts of people. “200多人” or “超过200人” is a bound and yields nothing: the number stays unknown."""
    if not _TRIGGER.search(clause.text):
        return
    yield from _no_doctors(clause)
    for item in labelled(clause.text, _PEOPLE, _LABELS):
        match = item.number
        value = whole(match["number"])
        around = clause.text[max(0, item.start - 6) : match.start()], clause.text[match.end() :]
        is_bound = match["vague"] or exactness(*around) is Exactness.BOUND
        if value is None or is_bound or _NOT_STAFF.search(clause.text, max(0, item.start - 8), item.end):
            continue
        if is_fact(clause, item.start):
            yield Found(item.label.field, value, item.start, item.end)


def _no_doctors(clause: Clause) -> Iterator[Found]:
    none = _NO_DOCTORS.search(clause.text)
    if none:
        yield Found("doctors", 0, *none.span())


def read_talent(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `has_talent_programme`: municipal programmes and above; a district's own is left out (市级及以上)."""
    if "人才" not in clause.text and "计划" not in clause.text and "英才" not in clause.text:
        return
    denied = _NO_TALENT.search(clause.text)
    if denied:
        yield Found("has_talent_programme", False, *denied.span())
        return
    found = _SELECTED.search(clause.text)
    if not found or not _NAMED_TALENT.search(found[0]) or _LOW_LEVEL.search(found[0]):
        return
    if is_fact(clause, found.start()) and not is_denied(clause, found.start()):
        yield Found("has_talent_programme", True, *found.span())
