"""Intellectual property by type (知识产权): counts, none, or simply that there is some."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.reading.clauses import Clause, Found
from matcher.reading.labels import Labelled, label, labelled
from matcher.reading.numerals import NUMBER, Exactness, exactness, whole
from matcher.reading.subjects import is_fact

_ITEMS = re.compile(
    rf"(?P<number>{NUMBER})(?P<vague>多|余|来|几)?(?:项|件|个|本|款|份|篇|(?=发明|实用|外观|软著|软件著作|"
    rf"专利))(?!月|亿)"
)
_FILLER = (
    "注册了|注册|大概|大约|约|差不多|左右|是|为|达到|达|有|到|了|:|已经?|就|只|共有|共|总共|一共|合计|现在|目前|的|"
    "总数|数量|授权|已授权|获得|获|"
    "取得|拥有|累计|申请了|超过|超|近|将近|接近|不到|不足|专利|证书|登记"
)
_COUNTS: tuple[tuple[str, str], ...] = (
    ("invention_patents", "发明专利|发明(?!人|公开|申请)|授权发明"),
    ("utility_patents", "实用新型"),
    ("design_patents", "外观设计专利|外观设计|外观专利|外观"),
    ("software_copyrights", "软件著作权|软著|软件登记"),
    ("ic_layouts", "集成电路布图设计专?有?权?|布图设计"),
    ("new_drug_certificates", "新药证书"),
    ("plant_varieties", "植物新品种权?"),
    ("copyrights", "作品著作权|作品登记|作品版权|(?<!软件)著作权|版权"),
    ("trademarks", "注册商标|商标"),
    ("patents_total", "专利(?!代理|申请|检索|服务|产品|质押)"),
)
_ADJECTIVES = "(?:的|已|授权|有效|国家|国内|自主|核心|授权的|相关|注册){0,3}"
_LABELS = tuple(label(field, words, _FILLER, after=f"{_ADJECTIVES}(?:{words})") for field, words in _COUNTS)
_PENDING = re.compile(
    "申请中|正在申请|在申请|申请(?!了.{0,6}授权)|申报|受理|在审|公开|实审|待授权|PCT|pct|国际专利|审查"
)
_MIXED = re.compile(
    "(?:专利|软著|商标|著作权|版权)(?:和|及|与|以及|、|加|\\+|或)(?:软著|软件著作权|商标|版权|专利|作品|著作权)"
)
_OWNED = re.compile(
    "(?<!没)(?<!没有)(?:有|拥有|取得|获得|持有|具有|手握|手里有|手上有)(?:了|自己的?|自主的?|不少|很多|"
    "一些|多项|数项|几项|若干|大量|几个|十几项|几十项|"
    "\\d{1,4}多?余?[项件个]|[一二三四五六七八九十百]{1,4}多?余?[项件个]|的|核心|发明|相关|授权|国家|完全|"
    "独立|软著|软件著作权|和|、|以及){0,5}"
    "(?:专利(?!代理|申请|检索|服务|资质|撰写|律师|运营|局|审)|自主知识产权|知识产权(?!代理|服务|局|运营|"
    "资质|保护)|软著|软件著作权)"
)
_NONE = re.compile(
    "(?:没有?|无|暂无|尚无|还没有?|零)(?:任何|一项|一个|自主|自己的?|什么|申请过?|授权|取得|获得|拿到|过|"
    "的){0,3}(?P<what>发明专利|专利|自主知识产权|知识产权|软著|软件著作权|商标)"
    "(?!纠纷|侵权|质押|贷|诉讼|争议|可|能|抵)"
)
_NONE_FIELDS = {
    "发明专利": "invention_patents",
    "专利": "patents_total",
    "软著": "software_copyrights",
    "软件著作权": "software_copyrights",
    "商标": "trademarks",
}
_TRIGGER = re.compile("专利|发明|实用新型|外观|软著|著作权|版权|商标|知识产权|布图|新药证书|新品种|软件登记")


def read_intellectual_property(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield counts by type; what is only said to exist (“有专利”, “二十多项专利”) gives `has_own_ip` and no number.

    Applications that are not granted yet (申请中、受理、PCT) are not counted.
    """
    if not _TRIGGER.search(clause.text):
        return
    none = _NONE.search(clause.text)
    if none:
        yield _absence(none)
    counted = False
    for item in labelled(clause.text, _ITEMS, _LABELS):
        value = whole(item.number["number"])
        if value is not None and _counts(clause, item):
            counted = True
            yield Found(item.label.field, value, item.start, item.end)
    owned = None if counted or none else _OWNED.search(clause.text)
    if owned and is_fact(clause, owned.start()) and not _PENDING.search(clause.text, 0, owned.end() + 8):
        yield Found("has_own_ip", True, *owned.span())


def _counts(clause: Clause, item: Labelled) -> bool:
    around = clause.text[max(0, item.start - 6) : item.number.start()], clause.text[item.number.end() :]
    if item.number["vague"] or exactness(*around) is Exactness.BOUND:
        return False
    earlier = clause.before[-16:] if clause.text.startswith("其中") else ""
    near = earlier + clause.text[max(0, item.start - 8) : item.end + 14]
    return is_fact(clause, item.start) and not _PENDING.search(near) and not _MIXED.search(near)


def _absence(none: re.Match[str]) -> Found:
    field = _NONE_FIELDS.get(none["what"])
    return Found(field, 0, *none.span()) if field else Found("has_own_ip", False, *none.span())
