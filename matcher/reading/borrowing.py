"""Loans that an enterprise has or had, and how it stands with its creditors (贷款与信用)."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from matcher.fields import Value
from matcher.reading.amounts import MONEY, is_exact, wan
from matcher.reading.clauses import Clause, Found
from matcher.reading.numerals import NUMBER, whole
from matcher.reading.subjects import is_planned, is_supposed

_NEVER = re.compile(
    "(?:没有?|从没有?|从来没有?|从未|未曾|还没|尚未|未)(?:在银行|向银行|跟银行|找银行|申请|办理?|拿|获得|"
    "取得|做){0,2}(?:过)?(?:贷过?款?过|借过(?:银行)?(?:的)?(?:贷?款|钱)|贷过款?|(?:银行)?贷款(?:记录|"
    "经历|历史)|过(?:银行)?贷款)"
    "|首贷(?!扩面|专项|政策|中心)|首次(?:申请)?贷款|第一次(?:申请|向银行|办|找银行)?贷款|信用白户|"
    "征信白户|无贷款记录|从未贷款"
)
_NO_LOAN = re.compile(
    "(?:没有|无|目前没有?|现在没有?|暂无)(?:任何|银行|存量|在贷|其他){0,2}(?:银行)?(?:贷款|负债|"
    "借款)(?!逾期|记录|经历|历史|欠|渠道|资格|能|额度|违约|需求|意向|用途)(?:余额)?"
)
_REPAID = re.compile(
    "(?:贷过|借过)[^，]{0,10}(?:还清|结清|还完)|(?:贷款|银行贷款|借款)(?:都|已经?|全部?|"
    "已全部){0,3}(?:还清|结清|还完|还掉)"
)
_HAS = re.compile(
    "(?<!没)(?<!没有)(?:已有|现有|目前有|还有|已经有|手里有|名下有|存量|在贷|有一?笔?|有)(?:\\d家|"
    "[一二两三四五]家)?(?:银行)?(?:的)?(?:经营贷|抵押贷|信用贷|银行贷款|贷款)(?:余额)?(?:在还|还没还|"
    "没还|未还)?(?!需求|意向|逾期|记录|经历|的?想法|的?打算|吗|么|用途|计划|政策|产品|经验|想|要|渠道)"
    "|(?:银行)?贷款余额|在[\u4e00-\u9fff]{1,6}(?:银行|行)?(?:有|贷了|贷过|借了)(?:一?笔)?(?:贷款)?|"
    "已经?(?:从银行)?贷了|贷了(?:一?笔)?款|有(?:[\\d.]|[一二两三四五六七八九十百千]){1,6}[万亿]元?(?:的)?(?:银行)?(?:贷款|"
    "经营贷|抵押贷)(?!需求|缺口|额度|意向)"
)
_BALANCE = re.compile(
    "(?:贷款余额|贷款|余额|贷了|借了|在贷|借款)(?:还剩|还有|余额|合计|总计|大概|大约|约|为|是|有|:|共|"
    "合计|一共|在还|银行){0,3}$"
)
_LEANING = re.compile("(?:贷款)?余额")
_BANKS = re.compile(rf"(?P<number>{NUMBER})(?:家|个)银行(?:都)?(?:有|贷了|的)(?:贷款)?")
_WANT = re.compile("想|要|需|求|申请|希望|打算|计划|准备|再|能不能|能否|怎么|如何")
_FLAGS: tuple[tuple[str, str, str], ...] = (
    (
        "has_overdue_loan",
        "(?:没有?|无|从没有?|从未|未|未曾|没有过|不存在)(?:任何|过|发生过?|出现过?|贷款|银行|有过|"
        "信用){0,3}(?:逾期|欠息)",
        "(?<!无)(?<!没)(?<!未)(?:有|存在|出现|发生)(?:了|一笔|一次|几笔|贷款|银行)?(?:逾期|欠息)(?!过)|"
        "贷款(?:已经?)?逾期(?!率|记录|过)|目前逾期",
    ),
    (
        "is_dishonest_debtor",
        "(?:没有?|无|不是|未|未被|从未|不在|未列入)(?:被)?(?:列入|列为|任何|成为|纳入|上)?(?:失信被执行人|"
        "失信名单|失信记录|失信人|失信)",
        "(?<!没)(?<!没有)(?<!未)(?:是|被列入|被列为|被纳入|列入了?|成了|上了)(?:失信被执行人|失信名单|失信人|老赖)",
    ),
    (
        "has_serious_dishonesty",
        "(?:近[两二2]年)?(?:内)?(?:没有?|无|未)(?:任何|发生过?|有|过){0,2}(?:严重失信|严重违法|重大违法|违法违规)",
        "(?<!没)(?<!没有)(?<!无)(?:近[两二2]年)(?:有|存在|发生过?)(?:严重失信|严重违法|重大违法)",
    ),
    (
        "is_abnormal_operation",
        "(?:没有?|无|未|不在|未被|从未|已移出|移出了?)(?:被)?(?:列入|纳入|在)?(?:过)?(?:经营异常|异常名录|异常经营)",
        "(?<!没)(?<!没有)(?<!未)(?:被列入|列入了?|被纳入|进了|在)(?:经营异常|异常名录|异常经营)",
    ),
    (
        "has_major_incident",
        "(?:没有?|无|未|从未)(?:发生|出现|有)?(?:过)?(?:任何)?(?:重大)(?:安全|质量|环境|环保|、|和|或|生产|"
        "责任)*(?:事故|污染)".replace("*", "{0,6}"),
        "(?<!没)(?<!没有)(?<!未)(?:近一年|去年|今年)(?:发生|出过|出了|有)(?:了|过|一起)?(?:重大)(?:安全|质量|"
        "环境|环保|生产){0,2}事故",
    ),
)  # fmt: skip
_PATTERNS = tuple((field, re.compile(no), re.compile(yes)) for field, no, yes in _FLAGS)
_GRADE = re.compile(
    "(?:纳税|税务)(?:信用)?(?:等级|级别|评级|信用)?(?:是|为|评为|被评为|:|"
    "连续[^，]{1,4}年)?(?P<grade>[ABMCDabmcd])(?:级|类|$|(?![A-Za-z]))|(?P<grade2>[ABMCD])级纳税(?:人|"
    "信用|企业)"
)
_TRIGGER = re.compile("余额|贷|借|负债|逾期|欠息|失信|异常|事故|污染|白户|违法|存量")


def read_borrowing(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `has_ever_borrowed`, `has_bank_loan`, `loan_balance_wan` (万元) and `lending_banks`."""
    if not _TRIGGER.search(clause.text):
        return
    for pattern, said in (
        (_NEVER, (("has_ever_borrowed", False), ("has_bank_loan", False))),
        (_REPAID, (("has_ever_borrowed", True), ("has_bank_loan", False))),
        (_NO_LOAN, (("has_bank_loan", False),)),
    ):
        match = pattern.search(clause.text)
        if match and not is_supposed(clause, match.start()):
            yield from _all(said, match)
            return
    yield from _held(clause)


def read_credit(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield overdue loans, dishonesty, abnormal operation and incidents, as flags; "征信良好" says none of them."""
    if not _TRIGGER.search(clause.text):
        return
    for field, denied, stated in _PATTERNS:
        no = denied.search(clause.text)
        yes = None if no else stated.search(clause.text)
        match = no or yes
        if match and not is_supposed(clause, match.start()):
            yield Found(field, yes is not None, *match.span())


def read_tax_grade(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `tax_credit_grade` (A, B, M, C, D)."""
    match = _GRADE.search(clause.text) if "税" in clause.text else None
    if match and not is_planned(clause, match.start()) and not is_supposed(clause, match.start()):
        yield Found("tax_credit_grade", (match["grade"] or match["grade2"]).upper(), *match.span())


def _held(clause: Clause) -> Iterator[Found]:
    leaning = _LEANING.match(clause.text) if "贷款" in clause.before else None
    held = leaning or _HAS.search(clause.text)
    if not held or _WANT.search(clause.text[: held.start()][-6:]) or is_supposed(clause, held.start()):
        return
    yield from _all((("has_ever_borrowed", True), ("has_bank_loan", True)), held)
    banks = _BANKS.search(clause.text)
    count = whole(banks["number"]) if banks else None
    if banks and count is not None:
        yield Found("lending_banks", count, *banks.span())
    balance = _balance(clause, held)
    if balance:
        yield Found("loan_balance_wan", balance[0], held.start(), balance[1])


def _balance(clause: Clause, held: re.Match[str]) -> tuple[Decimal, int] | None:
    for match in MONEY.finditer(clause.text, held.start()):
        amount = wan(match)
        left, right = clause.text[held.start() : match.start()], clause.text[match.end() : match.end() + 6]
        named = _BALANCE.search(left) or re.match("(?:的)?(?:银行)?(?:贷款|经营贷|抵押贷|信用贷)", right)
        if amount is not None and named and is_exact(clause.text, match):
            return amount, match.end()
    return None


def _all(said: tuple[tuple[str, Value], ...], match: re.Match[str]) -> Iterator[Found]:
    for field, value in said:
        yield Found(field, value, *match.span())
