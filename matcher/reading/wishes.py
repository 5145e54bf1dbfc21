"""What is wanted (需求): how much money, for how long, for what, and which kinds of offer would serve."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from matcher.reading.amounts import FILLER, MONEY, wan
from matcher.reading.capital import ROUND
from matcher.reading.clauses import Clause, Found
from matcher.reading.labels import Labelled, label, labelled
from matcher.reading.numerals import ARABIC, CHINESE, number
from matcher.reading.subjects import is_supposed

WANT = (
    "可以用|差(?!不多)|想|最好|要|需|求|申请|希望|打算|计划|准备|缺|找|寻|能不能|能否|可否|可不可以|怎么|"
    "如何|哪些|哪里|"
    "哪种|什么|有没有|能贷|能拿|能申|可以申|对接|推荐|急|办理|想办|解决|贵|难|咨询|了解|争取|拟"
)
WANTED = re.compile(WANT)
"""Words of wishing and asking."""
_HELD = re.compile(
    "已有|现有|余额|还有|还剩|存量|已经?贷|已经?借|贷过|借过|贷了|借了|融过|融了|获得|拿到|拿过|拿了|"
    "私募|(?:19|20)\\d\\d年|获批|已获|完成|去年|前年|近[两二2三]年|之前|曾|上一轮|提供|发放|放款|累计|帮|"
    "为客户|给客户|服务|"
    "担保费|有一?笔|已还|欠|在贷|目前有|注册|实缴|投入了|花了"
)
_BETWEEN = (
    rf"{FILLER}|额度|金额|个|款|人民币|上限|最高|不超过|不低于|最多|希望|银行|一笔|需求|需要|(?:{ARABIC}|"
    rf"{CHINESE})(?:千万|百万|万|亿)?元?[-~—–至到]"
)
_FUNDS = (
    "贷款|融资|借款|资金|额度|授信|信用贷|流动资金|流贷|担保|周转|股权投资|股权融资|天使投资|投资|缺口|"
    "经营贷|抵押贷|信贷"
)
_NEVER_BEFORE = "(?!)"
_BORROWING = label(
    "need_amount_wan",
    "贷款?|借款|借|融资|融|筹集资金|筹资|筹措|筹|募集资金|募集|募资|(?:找|引入|引进|寻求|拿|要|需要|对接|"
    "融)[^，]{0,6}投资|资金需求|融资需求|贷款需求|资金缺口|融资缺口|缺口",
    _BETWEEN,
)
_ASKING = label(
    "need_amount_wan",
    "需要|需求|需|缺|差|想要|要|想拿|想用|急用|求|申请|引入|引进|寻求|资金|授信额度|授信|额度|周转|垫资",
    f"{_BETWEEN}|资金|贷款|钱|担保",
)
_NAMED_AFTER = label(
    "need_amount_wan",
    _NEVER_BEFORE,
    _BETWEEN,
    after=f"(?:左右|上下|以内|以上|多|元|人民币|的|小额|短期|长期|信用|银行|经营|过桥|低息|无抵押){{0,4}}(?:{_FUNDS})",
)
_NEEDS = (_BORROWING, _ASKING, _NAMED_AFTER)
_PIECES = re.compile(
    rf"(?:借|贷|融)(?:款|资|个)?(?P<number>{ARABIC}|{CHINESE})个(?![月亿年点小百项人]|客户|工作|银行|产品|平台|项目)"
)
_OTHER_MONEY = re.compile(
    "注册|实缴|固定|固投|总投|人工|成本|费用|花费|押金|预算|自有|政府|补贴|奖励|引导|没有?$|无$|订单"
)
_MONEY_WORDS = re.compile("贷|融资|借|资金|缺口|钱")
_BARE_AMOUNT = re.compile(
    rf"(?:大概|大约|约|金额|差不多|一共|共|左右|需要|要|:){{0,3}}(?:{MONEY.pattern})(?:左右|上下|以内|吧|"
    rf"就够|就行|够了)?$"
)
_ROUND_BEFORE = re.compile(rf"(?:(?:{ROUND})(?:融资|投资)?|股权融资)$")
_TERMS = re.compile(
    rf"(?:期限|贷期|借期|账期|用款|周转|使用|贷|借|用|为期|贷款期限|授信|最长|期|万|万元)(?:时间|期|为|是|"
    rf"大概|约|:|最长|不超过|个|一个|款|元|、){{0,3}}(?P<length>半|{ARABIC}|{CHINESE})(?P<unit>年半|年|"
    rf"个月)(?!内(?:上市|实现)|来|前|以上|后|利|的?(?:历史|经验))(?:期)?"
    rf"|(?P<length2>半|(?<![\d-]){ARABIC}|{CHINESE})(?P<unit2>年|个月)(?:期的?|左右的?|的)?(?:贷款|周转|"
    rf"借款|授信|流贷|短贷)"
    rf"|(?P<length3>(?<![\d-]){ARABIC}|{CHINESE})(?P<unit3>年|个月)期(?![权货国债刊间望末])"
)
_NOT_LOAN_TERM = re.compile(
    "合同期|租期|租赁|保修|服务期|质保|合作期|经营期|保险期|有效期|存续|研发期|建设期|工期|聘|学制|"
    "投资期|锁定|应收账款?账?期|账期|回款"
)
_PURPOSES: tuple[tuple[str, str], ...] = (
    ("续贷周转", "续贷|倒贷|过桥|转贷|还(?:旧|到期)?贷款?(?!难)|归还(?:到期)?贷款|借新还旧"),
    (
        "厂房建设",
        "(?:建|盖|扩建|新建|自建|修|造)(?:设|一栋|新|个|一个|标准)?(?:厂房|车间|工厂|厂区)|厂房建设|扩厂|建新厂",
    ),
    (
        "设备购置",
        "(?:买|购买|购置|采购|添置|添|更新|引进|换|上|购|增加|增添)(?:一批|几台|一台|两台|新的?|进口的?|生产|"
        "检测|研发|加工|机器|自动化|些|点|[一两三四五几\\d]{1,2}台|[一两三四五几\\d]{1,2}条|条|"
        "新){0,3}(?:设备|机床|生产线|产线|机器|仪器)|设备(?:更新|购置|改造|采购)",
    ),
    (
        "订单备货",
        "备货|备料|(?:买|采购|购买|进)(?:一批)?(?:原材料|原料|材料|货)(?!设备)|订单(?:要|需要|需)?垫资|"
        "垫(?:付)?货款|生产订单|赶订单|接了?(?:个|一?批|大)?(?:大)?订单",
    ),
    (
        "流动资金",
        "流动资金|日常经营|日常周转|发工资|付货款|支付货款|资金周转|周转资金|经营周转|补充现金流|周转一下|"
        "运营资金|短期周转|周转",
    ),
    ("并购", "并购|收购(?:一家|同行|上游|下游|竞争)"),
    (
        "研发",
        "(?:用于|用来|投入到?|拿来|用在|投到|花在|做|搞|继续|加大|扩大|支持)(?:新产品|产品|技术|新药|新一代|"
        "的|投入|后续|临床){0,3}(?:研发|开发|临床试验|临床)|研发(?:资金|用款)",
    ),
    (
        "市场拓展",
        "(?:开拓|拓展|开发|打开|做|推广|扩大|扩展)(?:海外|国内|国外|新|全国|外地|省外|华东|销售)?(?:市场|"
        "渠道|销路)|市场(?:推广|拓展|开拓)",
    ),
)
_PURPOSE_PATTERNS = tuple((purpose, re.compile(words)) for purpose, words in _PURPOSES)
_SPENDING = re.compile(f"用于|用来|拿来|用在|为了|主要用|{WANT}|贷|借|补充|周转|用途|钱|资金")
OWN_BUSINESS = re.compile(
    "我们(?:是|做|主要|从事|专门|提供)|从事|主营|提供|帮(?:助)?(?:企业|客户)|为(?:企业|客户)|已经?(?:买|"
    "购|建|完成)|刚(?:买|建|购)|去年(?:买|购|建)|服务(?:商|平台|公司)|业务(?:是|为|有|包括)"
)
_PURPOSE_TRIGGER = re.compile(
    "[贷厂货料机]|车间|设备|产线|生产线|仪器|周转|资金|经营|工资|并购|收购|研发|开发|临床|市场|渠道|销路|"
    "订单|材料|现金流"
)
_DESCRIBES_BUSINESS = re.compile(f"{OWN_BUSINESS.pattern}|服务|业务|咨询|策略|中心|平台|集团|适用于|投资")
_NEED_TRIGGER = re.compile("[万亿元wW块个]")


def read_needed_amount(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `need_amount_wan` (万元): the sum asked for; of a range its upper end, so that an offer can cover it."""
    if not _NEED_TRIGGER.search(clause.text) or is_supposed(clause, len(clause.text)):
        return
    for item in labelled(clause.text, MONEY, _NEEDS):
        amount = wan(item.number)
        if amount is not None and _is_asked(clause, item):
            yield Found("need_amount_wan", amount, item.start, item.end)
            return
    bare = _BARE_AMOUNT.match(clause.text)
    amount = wan(bare) if bare and _leans_on_wish(clause.before) else None
    if bare and amount is not None:
        yield Found("need_amount_wan", amount, *bare.span())
        return
    pieces = _PIECES.search(clause.text)
    value = number(pieces["number"]) if pieces else None
    if pieces and value is not None and value >= 10 and not _HELD.search(clause.text[: pieces.start()][-12:]):
        yield Found("need_amount_wan", value, *pieces.span())


def _is_asked(clause: Clause, item: Labelled) -> bool:
    """A wish, or a plain "贷款300万"; not a loan that is held, a round that was closed, or money of another kind."""
    left = clause.text[max(0, item.start - 12) : item.number.start()]
    wanted = max((match.end() for match in WANTED.finditer(left)), default=0)
    held = max((match.end() for match in _HELD.finditer(left)), default=0)
    if held > wanted or _OTHER_MONEY.search(left):
        return False
    if item.label is _BORROWING:
        return bool(wanted) or not _ROUND_BEFORE.search(left)
    return bool(wanted) or not left or _leans_on_wish(clause.before)


def _leans_on_wish(before: str) -> bool:
    """Whether the sentence has wished for money already ("想申请贷款，额度300万")."""
    return bool(_MONEY_WORDS.search(before) and WANTED.search(before)) and not _HELD.search(before)


def read_terms(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `need_term_months` (个月). The term of a contract or a lease is none of a loan."""
    if "年" not in clause.text and "月" not in clause.text:
        return
    for match in _TERMS.finditer(clause.text):
        spoken, unit = next(
            (match[f"length{place}"], match[f"unit{place}"]) for place in ("", "2", "3") if match[f"length{place}"]
        )
        length = Decimal("0.5") if spoken == "半" else number(spoken)
        near = clause.text[max(0, match.start() - 4) : match.end() + 2]
        if match[0].startswith(("用", "使用")) and not _MONEY_WORDS.search(clause.before + clause.text):
            continue
        if length is None or _NOT_LOAN_TERM.search(near) or length > 360:
            continue
        months = (length * 12 if unit.startswith("年") else length) + (6 if unit == "年半" else 0)
        yield Found("need_term_months", int(months), *match.span())
        return


def read_purposes(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `need_purpose`, one of 贷款用途; the business itself ("我们做设备采购") is no purpose."""
    if not _PURPOSE_TRIGGER.search(clause.text):
        return
    if _DESCRIBES_BUSINESS.search(clause.text) and not re.search("贷款|借|资金|想|需要", clause.text):
        return
    for purpose, pattern in _PURPOSE_PATTERNS:
        match = pattern.search(clause.text)
        if not match or is_supposed(clause, match.start()):
            continue
        if match.start() <= 1 or _SPENDING.search(clause.text, 0, match.end() + 8):
            yield Found("need_purpose", purpose, *match.span())
            return
