"""Whom a statement is about, and whether it is stated at all (主语与语气): others, suppositions, plans, denials."""

import re

from matcher.reading.clauses import Clause

_OTHERS = (
    "竞争对手|竞争者|竞品|对手|同行|友商|客户|用户|甲方|母公司|总公司|集团公司|控股股东|大股东|股东|合作伙伴|合作方|"
    "合作企业|合作客户|被投企业|子公司|分公司|关联公司|兄弟公司|供应商|供货商|经销商|代理商|采购商|"
    "采购方|采购单位|投资方|投资人|投资机构|"
    "朋友|别人|人家|隔壁|其他企业|其他公司|别的企业|别的公司|他们|她们|它们|对方|大企业|核心企业|"
    "上游企业|下游企业|上游厂商|"
    "下游厂商|入驻企业|园区企业|在孵企业|服务对象|学员|同学|亲戚|老公|爱人|前东家|老东家|原公司|上一家公司|买家|厂商|"
    "贵行|贵司|贵公司|你们"
)
_LEADING = (
    "因为|由于|听说|目前|现在|而|像|比如|我们|我|咱们|咱|公司|本公司|我司|我厂|厂里|企业|的|主要|很多|"
    "大部分|多数|一些|部分|"
    "有个|有的|有些|有家|几个|几家|最大|一个|一家|某个|某家|某|两家|这些|那些|这家|那家|该|直接|国内|"
    "国外|其他|别的|长期|核心|重点|老|大|"
    "第一|新|家|个|所有|都|上下游|上游|下游|同一|代表"
)
_OTHER_SUBJECT = re.compile(rf"(?:{_LEADING}){{0,6}}(?:{_OTHERS})")
_SELF = re.compile("我们|我司|我厂|本公司|本企业|本厂|咱们|我公司|自己|我方|我企")
_OTHER_AFTER = re.compile(rf"[^，]{{0,4}}的[^，]{{0,5}}(?:{_OTHERS}|项目方)")
_HELPED = re.compile(
    "助力|赋能|协助|帮助?(?!我|本)|让客户|为(?:客户|企业|个人|用户|中小企业|小微企业)[^，]{0,6}(?:提供|办理|实现)"
)
_INTRODUCED = re.compile("[为给跟与向]|客户(?:是|有|包括)")
_SUPPOSITION = re.compile(
    "如果|假如|要是|假设|倘若|万一|若是|是不是|能不能算|算不算|要求|规定|必须|门槛|条件是|须满足|需满足"
)
_PLAN = re.compile(
    "希望|打算|计划|准备|预计|预期|目标|力争|争取|有望|明年|后年|未来|今后|下一步|以后|即将|将(?!近|军)|"
    "想|拟(?!除)|规划|招聘|招募|扩到|要达到"
)
_DENIAL = re.compile("(?:没有?|无|不是|并非|非|未|不)(?:到|过|有)?$")
_REACH = 12


def is_about_others(clause: Clause, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` speak of somebody else: a customer, a rival, a parent company …"""
    opening = _OTHER_SUBJECT.match(clause.text, 0, start + 1)
    if opening and not _SELF.search(clause.text, opening.end(), start):
        return True
    if _is_named_before(clause, start):
        return True
    helped = _HELPED.search(clause.text, max(0, start - _REACH), start)
    return helped is not None or _OTHER_AFTER.match(clause.text, end) is not None


def _is_named_before(clause: Clause, start: int) -> bool:
    """Whether a clause takes up a name that the sentence brought in as somebody else's ("为比亚迪配套，比亚迪…")."""
    if not _INTRODUCED.search(clause.before):
        return False
    return any(
        f"{cue}{clause.text[:length]}" in clause.before
        for length in range(2, min(6, start) + 1)
        for cue in ("为", "给", "跟", "与", "向", "客户是", "客户有", "客户包括")
    )


def opens_with_others(clause: Clause) -> bool:
    """Whether a clause begins to speak of somebody else, so that its wishes are theirs ("客户想贷款")."""
    opening = _OTHER_SUBJECT.match(clause.text)
    return opening is not None and not _SELF.search(clause.text, opening.end())


def names_self(clause: Clause) -> bool:
    """Whether a clause takes up the asker again (我们、本公司 …)."""
    return _SELF.search(clause.text) is not None and _OTHER_SUBJECT.match(clause.text) is None


def is_supposed(clause: Clause, start: int) -> bool:
    """Whether what follows is only supposed or demanded by somebody ("如果…", "要求成立3年")."""
    return _SUPPOSITION.search(clause.text, max(0, start - _REACH), start) is not None


def is_planned(clause: Clause, start: int) -> bool:
    """Whether what follows is a plan or a hope, not a fact ("计划明年营收…")."""
    own = max((match.end() for match in _SELF.finditer(clause.text, 0, start)), default=0)
    return _PLAN.search(clause.text, max(own, start - _REACH), start) is not None


def is_denied(clause: Clause, start: int) -> bool:
    """Whether a denial stands directly before."""
    return _DENIAL.search(clause.text[max(0, start - 4) : start]) is not None


def is_fact(clause: Clause, start: int) -> bool:
    """Whether what follows is stated as a fact: neither supposed, nor planned, nor denied."""
    return not (is_supposed(clause, start) or is_planned(clause, start) or is_denied(clause, start))
