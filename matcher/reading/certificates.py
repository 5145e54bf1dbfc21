"""Certificates in running text (资质): held, not held, lost, or only aimed at."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from matcher.declarations.certificates import CERTIFICATES
from matcher.reading.clauses import Clause, Found
from matcher.reading.subjects import is_supposed
from matcher.taxonomy.regions import read_region

_SPOKEN = {
    "high_tech_enterprise": ("国家高企", "高新技术企业证书"),
    "tech_sme": ("国家科技型中小企业", "科技型中小微企业"),
    "little_giant": (
        "专精特新重点小巨人",
        "重点小巨人",
        "专精特新小巨人企业",
        "小巨人企业",
        "国家级小巨人",
        "国家小巨人",
    ),
    "specialised_sme": ("专精特新企业", "省专精特新", "专精特新中小企业"),
    "innovative_sme": ("创新型中小",),
    "listing_reserve": ("上市后备库",),
}
_SPECIAL = frozenset(
    {"ningxia_tech_little_giant", "maker_china_winner", "ningxia_contest_winner", "ningxia_challenge_matched"}
)
_GRADE = (
    "国家级?|省级?|市级?|区级?|自治区|[\u4e00-\u9fff]{2,3}[省市区县]|[\u4e00-\u9fff]{2}省级?|"
    "第?[一二三四五六七八九十]{1,2}批|首批|首家|重点|江苏|浙江|苏州|宁夏"
)
_FILL = f"{_GRADE}|的|过|了|为|到|上|一家|一个|家|个|、|和|或|及|也|还|都|任何|相关|被|公司|企业|认定|称号|资质"
_HELD = re.compile(
    rf"(?<!不)(?:(?<=公司)为|(?<=企业)为|(?<=我们)为|(?<=我司)为|是|属于|作为|系|属|荣获|获评|获得|获批|获|"
    rf"取得|拿到|拿了|拿下|评上|评为|评了|评|认定为|认定的|认定了|认定|被列为|列入|授予|通过|入选|成为|"
    rf"拥有|具有|具备|持有|有)"
    rf"(?:{_FILL}){{0,6}}$"
)
_PLACED = re.compile(
    "(?:是|属于|作为)(?:一家)?(?![一-鿿]{0,6}(?:客户|供应|合作|服务|培育|帮助|孵化|园区|对手|集团))[一-鿿]{2,10}的(?:一家)?$"
)
_APPOSED = re.compile(rf"^(?:我们|我司|我|公司|本公司|本企业|企业|一家|一个|家|的|{_GRADE}|(?:19|20)\d\d年度?){{0,5}}$")
_NOT = re.compile(
    rf"(?:不是|不属于|不算|并非|非|没有|没|尚未|还未|从未|未能|未|无|不具备|不在)(?:能|被|获得|取得|获批|"
    rf"获|拿到|拿|评上|评为|评|认定为?|通过|入选|申请|申报|成为|拥有|是|{_FILL}){{0,6}}$"
)
_AIM = "申请|申报|申办|冲刺|冲击|争取|力争|筹备|备案|认定|评|评选|评定|拿|拿到|成为|升级为?|做成|拿下|报"
_AIMED = re.compile(
    rf"(?:正在|正|准备|计划|打算|想要|想|希望|拟|争取|力争|目标是?|马上|今年|明年|即将|筹备|着手|在)(?:去|"
    rf"要|能|内|年|底|开始|[一-龥]{{0,3}}?)(?:{_AIM})(?:{_FILL}){{0,4}}$"
    rf"|(?:冲刺|冲击|争取|力争)(?:{_FILL}){{0,4}}$"
)
_WHO = re.compile("(?:我们|公司|我司|企业)?(?:是)?(?:一家)?")
_OF_PLACE = re.compile(
    "(?:高新区|开发区|经开区|工业园区|园区|新区)?(?:的|本地的?|当地的?)?(?:一家)?(?:国家级?|省级|市级)?$"
)
_UNDER_WAY = re.compile(
    "(?:企业|资质|称号){0,2}(?:的)?(?:正在|还在)?(?:申报|申请|评审|受理|答辩|认定|评定)(?:过程)?(?:中|阶段|材料)"
)
_PAST = re.compile("曾经?|以前|过去|原来|之前|早年|当年")
_LOST = re.compile(
    "(?:企业|证书|资质|资格|称号|认定|申报|申请|评审|复审|复核|的){0,3}(?:已经?|也|都|就|去年|今年|前年|刚|早就?){0,2}"
    "(?:过期|失效|到期了|被取消|被撤销|没过|未通过|没通过|没有通过|没评上|没拿到|没下来|还没下来|落选|"
    "失败|(?<=已)到期|(?<=已经)到期)"
)
_ARRIVED = re.compile(
    "(?:企业|证书|资质|资格|称号|认定|的){0,3}(?:已经?|刚|都|也|去年|今年|前年|顺利){0,2}(?:认定(?!条件|"
    "标准|流程|有|能|补|奖|管|办)|通过|到手|拿到了?|获批|评上|获得|在有效期|有效期内|下来了|续上|"
    "证书[^，]{0,4}有效|(?:明年|后年)\\d{0,2}月?(?:才)?到期)"
)
_ABOUT_OTHERS = re.compile(
    "(?:企业|公司|单位)?(?:的(?!企业|公司|单位|资质|证书|称号|认定|一家|了)|吗|么|嘛|呢|有什么|有哪些|"
    "怎么|如何|技术创新|创新基金|基金|集聚|培育|申报|申请|认定(?:条件|标准|流程|补贴|奖励|机构|服务|管理)|政策|"
    "补贴|奖励|服务|客户|供应|配套|标准|条件|提供|做(?:配套|服务)|\\d|需要|要求|入库|孵化|辅导|咨询|复审|"
    "复评|要(?:什么|哪些)|贷(?!了|过|款)|是什么)"
)
_LINK = re.compile(
    "(?:企业|证书|资质|称号|认定)?(?:、|和|及|以及|与|或者?|也|还是|又是|,|同时是?|\\+){1,2}(?:也|是|不是)?"
    rf"(?:{_GRADE}|的){{0,2}}$"
)
_TRIGGER = re.compile(
    "高企|国高|高新技术企业|科小|中小|专精特新|小巨人|冠军|瞪羚|创客中国|知识产权|后备|创新型示范|科贷通|大赛|挑战赛"
)
_NINGXIA = re.compile("宁夏|自治区|银川|吴忠|固原|中卫|石嘴山")
_CONTEST = re.compile("创客中国|宁夏创新创业大赛")
_WON = re.compile("(?:获奖|一等奖|二等奖|三等奖|优胜|冠军|亚军|季军|金奖|银奖|铜奖)")


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    codes = {
        name.replace("“", "").replace("”", ""): code
        for code, label, aliases in CERTIFICATES
        for name in (label, *aliases, *_SPOKEN.get(code, ()))
    }
    return re.compile("|".join(sorted(map(re.escape, codes), key=len, reverse=True))), codes


def read_certificates(clause: Clause, at: date) -> Iterator[Found]:
    """Yield True for a certificate that is held, False for one denied, lost or only applied for.

    A mere mention ("高企有什么补贴", "服务高新技术企业") says nothing about the asker and yields nothing.
    """
    if not _TRIGGER.search(clause.text):
        return
    yield from _contests(clause, at)
    names, codes = _names()
    status, ended = None, 0
    for match in names.finditer(clause.text):
        code = codes[match[0]]
        linked = _LINK.search(clause.text, ended, match.start()) if ended else None
        held = status if linked and linked.start() == ended and status is not None else _status(clause, match)
        status, ended = held, match.end()
        if code == "ningxia_tech_little_giant" and not _NINGXIA.search(clause.before + clause.text):
            continue
        if (
            held is not None
            and not is_supposed(clause, match.start())
            and (code not in _SPECIAL or code.startswith("ningxia_tech"))
        ):
            yield Found(code, held, _begin(clause.text, match.start()), match.end())


def _status(clause: Clause, match: re.Match[str]) -> bool | None:
    text, start, end = clause.text, match.start(), match.end()
    left = text[max(0, start - 16) : start]
    if _PAST.search(left):
        return None
    if _LOST.match(text, end) or _NOT.search(left) or _UNDER_WAY.match(text, end) or _AIMED.search(left):
        return None if text[end : end + 8].endswith(("吗", "么")) else False
    if _ABOUT_OTHERS.match(text, end):
        return None
    if _HELD.search(left) or _PLACED.search(left) or _ARRIVED.match(text, end):
        return True
    ends = re.match("(?:企业|公司|证书|资质|称号|认定|荣誉|单位)?(?:$|、|和|及)", text[end:])
    return True if ends and start <= 16 and (_APPOSED.match(left) or _is_placed(text[:start])) else None


def _is_placed(left: str) -> bool:
    """Whether nothing but a place stands before ("昆山的高企")."""
    opening = _WHO.match(left)
    place, end = read_region(left, opening.end() if opening else 0)
    return place is not None and _OF_PLACE.match(left, end) is not None


def _contests(clause: Clause, at: date) -> Iterator[Found]:
    """Prizes count for good at 创客中国; at 宁夏创新创业大赛 only those said to be of the last two years."""
    won = _WON.search(clause.text)
    contest = _CONTEST.search(clause.text)
    if not won or not contest or re.search("没|未|想|争取|准备|希望", clause.text[: won.start()]):
        return
    code = "maker_china_winner" if contest[0] == "创客中国" else "ningxia_contest_winner"
    recent = any(said in clause.text for said in ("去年", "今年", "近两年", f"{at.year}年", f"{at.year - 1}年"))
    if code == "maker_china_winner" or recent:
        yield Found(code, True, min(contest.start(), won.start()), max(contest.end(), won.end()))


def _begin(text: str, start: int) -> int:
    """Let the shown words begin with the verb or the denial that decides them."""
    said = re.search(f"(?:{_NOT.pattern})|(?:{_AIMED.pattern})|(?:{_HELD.pattern})", text[max(0, start - 16) : start])
    return max(0, start - 16) + said.start() if said else start
