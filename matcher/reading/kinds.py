"""Which kinds of offer a text asks for (想要哪类资源)."""

import re
from collections.abc import Iterator

from matcher.offers import OfferKind
from matcher.reading.clauses import Clause
from matcher.reading.subjects import is_supposed
from matcher.reading.wishes import OWN_BUSINESS, WANTED

_WORDS: tuple[tuple[OfferKind, str], ...] = (
    (
        OfferKind.LOAN,
        r"贴现|承兑汇票|首贷|首次贷款|纯信用|信用贷|经营贷|抵押贷|信贷|授信|"
        r"融资(?<!股权融资)(?<!轮融资)(?!租赁)|流贷|贷款|"
        r"贷|流动资金|周转|续贷|"
        r"过桥|专利质押|知识产权质押|借款|借[点些]?钱|借[\d一二三五百千]",
    ),
    (OfferKind.GUARANTEE, "担保(?!物|人|方式|函)|增信|保函"),
    (OfferKind.INSURANCE, "保险|投保|保费|理赔"),
    (
        OfferKind.FUND,
        r"股权融资|股权投资|天使投资|天使轮|种子轮|创投|风投|风险投资|VC|PE机构|投资人|投资机构|投资方|基金|"
        r"引入投资|拿投资|"
        r"拉投资|要投资|找投资|[A-Ea-e]\+?轮|战略投资",
    ),
    (
        OfferKind.INCUBATION,
        "入驻|孵化|场地|办公室|办公场所|办公空间|工位|园区|众创空间|加速器|租厂房|厂房租|[找租](?:个|"
        "一个)?(?:地方|厂房|办公)|落地[到在哪]",
    ),
    (
        OfferKind.PROCUREMENT,
        "客户|采购商|买家|订单(?!融资|贷|质押)|龙头企业|链主|大企业|配套|供应链(?!金融|融资)|销路|供应商名录|"
        "产业链合作|进入供应",
    ),
    (
        OfferKind.PROGRAMME,
        "补贴|补助|奖励|优惠|加计扣除|退税|能不能补|可以补|什么支持|哪些支持|政府支持|奖补|贴息|扶持|资助|"
        "政策|申报|项目资金|专项资金|认定高企|服务券|大赛|路演",
    ),
    (
        OfferKind.SERVICE,
        "专利转让|专利许可|技术转让|技术引进|成果转化|买专利|检测|检验|辅导|咨询(?!一下|下|问)|培训|法律服务|"
        "法务|代理记账|认证|数字化转型|数字化改造|管理提升|"
        "技术服务|中试|专家|共享设备|仪器",
    ),
)
_KINDS = re.compile("|".join(f"(?P<{kind.value}>{words})" for kind, words in _WORDS))
_MONEY_ONLY = re.compile(
    r"缺钱|缺资金|资金(?:紧张|不足|缺口|困难|压力|需求)|要钱|找钱|需要(?:一笔)?资金|需要钱|差钱|找资金|"
    r"要资金|没钱|急用钱|"
    r"缺[\d一二三五百千]{1,8}万"
)
_DENIED = re.compile("(?:(?<!有)没有?|无|不|未|不需要|不想|没有?过|不要|除了?|还不?上|没|欠)$")
_PAST = re.compile(
    "贷过|借过|拿过|已有|现有|已经?(?:有|获|拿|贷|享受)|去年(?:拿|获|贷)|获得过|有一?笔|做过|曾|余额|"
    "还清|结清|在贷|还有|名下|"
    "拿了|领过|领了"
)
_MONEY_KINDS = frozenset({OfferKind.LOAN, OfferKind.FUND, OfferKind.GUARANTEE})
_ASKED_AFTER = re.compile(
    "[^，]{0,6}(?:有没有|能不能|怎么|如何|哪些|哪家|哪里|有吗|吗|能|多少|需求|支持|推荐|渠道|贵|难|不够|不足|太)"
)
_PLAIN_AMOUNT = re.compile("[^，]{0,12}[万亿]|$")


def read_kinds(clause: Clause) -> Iterator[OfferKind]:
    """Yield the kinds of offer that a clause asks for (贷款、担保、保险、基金、入驻、找客户、补贴、服务).

    A word alone asks for nothing: it needs a wish or a question beside it, or to open the clause ("贷款300万").
    """
    text = clause.text
    if _MONEY_ONLY.search(text) and not is_supposed(clause, len(text)):
        yield OfferKind.LOAN
        yield OfferKind.FUND
    for match in _KINDS.finditer(text):
        if _asks_for(text, match):
            yield OfferKind(match.lastgroup or "")


def _asks_for(text: str, match: re.Match[str]) -> bool:
    left, right = text[max(0, match.start() - 14) : match.start()], text[match.end() : match.end() + 12]
    wanted = max((item.end() for item in WANTED.finditer(left + match[0])), default=0)
    past = max((item.end() for item in _PAST.finditer(left + match[0])), default=0)
    if _DENIED.search(left) or past > wanted or OWN_BUSINESS.search(left):
        return False
    opens = match.start() <= 1 and match.lastgroup in _MONEY_KINDS and _PLAIN_AMOUNT.match(right)
    return bool(wanted or opens or _ASKED_AFTER.match(right))
