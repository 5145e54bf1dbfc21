"""A synthetic world of enterprises for measuring (合成企业，仅供测量): seeded, any number, the same for a seed.

Nothing in it is drawn from a real firm. Trades and places are those of GB/T 4754-2017 and GB/T 2260 as the package
holds them, with the weights of an eastern province's platform; shares of unknown values are like those of public
registers: the licence's own items are nearly always there, staff often, revenue in half, research seldom. Rows come in
chunks that depend on nothing but the seed and their place, so that a small world is the beginning of a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.evaluation.demo_materials import trades
from matcher.fields import PartyKind, Value
from matcher.parties import Fact, Party
from matcher.taxonomy import industries, regions
from matcher.taxonomy.credit_codes import check_character, organisation_check_character

SEED = 20_261_122
CHUNK = 10_000
AT = date(2026, 11, 22)
SOURCE = "合成数据（测量用）"

_EPOCH = date(1970, 1, 1)
_PLACES = (("3205", 0.22), ("32", 0.33), ("33", 0.12), ("31", 0.08), ("37", 0.08), ("34", 0.07), ("", 0.10))
"""Code prefixes and the share of enterprises under each; the empty one is all of China."""
_TRADES = (("27", 0.05), ("3", 0.32), ("", 0.63))
_QUALITIES = ("高精度", "智能化", "低功耗", "高纯度", "可降解", "模块化", "工业级", "微型", "耐高温", "国产化")
_FORMS = ("设备", "系统", "材料", "组件", "软件", "解决方案", "检测仪", "生产线", "耗材", "技术服务")
_STRENGTHS = (
    "拥有自主研发团队和中试基地",
    "已通过质量管理体系认证",
    "与多家高校共建联合实验室",
    "建有数字化车间",
    "产品出口东南亚和欧洲",
    "为多家上市公司配套",
    "设有省级工程技术研究中心",
    "服务网络覆盖长三角地区",
)
_NEEDS = (
    "拟扩建厂房，需要设备贷款",
    "订单增长较快，需要流动资金",
    "寻找上下游配套企业",
    "希望引入股权投资",
    "需要知识产权质押融资",
    "计划申报高新技术企业，需要辅导",
)
_GRADES = ("A", "B", "M", "C", "D")


def chunks(rows: int, *, seed: int = SEED) -> Iterator[pl.DataFrame]:
    """Give the first `rows` enterprises, at most `CHUNK` a frame: one column a field (money in 万元), null unknown.

    Besides the fields there are `number` (from 0), `name` and `text`, the words that the encoder reads.
    """
    for place in range(-(-rows // CHUNK)):
        frame = _chunk(np.random.default_rng((seed, place)), place * CHUNK)
        yield frame.head(rows - place * CHUNK)


def party(row: dict[str, Value | None], tenant: str = "") -> Party:
    """A row of a chunk as a party, every fact marked as synthetic."""
    number = int(str(row["number"]))
    known = {code: value for code, value in row.items() if value is not None and code not in ("number", "text")}
    known["credit_code"] = _credit_code(number)
    facts = {code: Fact(_value(code, value), SOURCE, AT) for code, value in known.items()}
    return Party(
        id=f"synthetic-{number:07d}",
        kind=PartyKind.ENTERPRISE,
        name=str(row["name"]),
        facts=facts,
        tenant=tenant,
        source=SOURCE,
        observed_on=AT,
        synthetic=True,
    )


def _value(code: str, value: Value) -> Value:
    return Decimal(str(value)) if code.endswith("_wan") else value


def _credit_code(number: int) -> str:
    """A code that passes both checks in a form that no registry gives out: office 000000, organisation DM + number."""
    organisation = f"DM{number:06d}"
    first = f"91000000{organisation}{organisation_check_character(organisation)}"
    return first + check_character(first)


def _chunk(chance: np.random.Generator, start: int) -> pl.DataFrame:
    where, trade = _drawn(chance, _PLACES, _counties()), _drawn(chance, _TRADES, _classes())
    size = _Sizes.drawn(chance)
    columns = {
        "number": np.arange(start, start + CHUNK),
        "region": where,
        "industry": trade,
        **size.columns(chance),
        **_credentials(chance, size),
    }
    frame = pl.DataFrame(columns).with_columns(**_words(chance, trade))
    frame = frame.with_columns(_name(where, start), *_unknowns(chance))
    return frame.with_columns(text=_text())


def _drawn(
    chance: np.random.Generator, shares: tuple[tuple[str, float], ...], codes: NDArray[np.str_]
) -> NDArray[np.object_]:
    """Codes of one level, each prefix with its share, evenly below it."""
    found = np.empty(CHUNK, dtype=object)
    chosen = chance.choice(len(shares), CHUNK, p=[share for _, share in shares])
    for place, (prefix, _) in enumerate(shares):
        rows = np.flatnonzero(chosen == place)
        found[rows] = chance.choice(codes[np.char.startswith(codes, prefix)], len(rows))
    return found


@cache
def _counties() -> NDArray[np.str_]:
    return np.array([code for code in regions.all_codes() if len(code) == 6 and not code.endswith("00")])


@cache
def _classes() -> NDArray[np.str_]:
    return np.array([code for code in industries.all_codes() if len(code) == 4 and code.isdigit() and code < "9000"])


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Age in days, staff and money of one chunk, all known yet: what is left out is decided afterwards."""

    days: NDArray[np.int64]
    heads: NDArray[np.int64]
    revenue: NDArray[np.float64]

    @classmethod
    def drawn(cls, chance: np.random.Generator) -> "_Sizes":
        days = np.clip(chance.gamma(2.2, 3.4, CHUNK) * 365.25, 60, 12_000).astype(np.int64)
        heads = np.clip(np.exp(chance.normal(2.6 + days / 9_000, 1.1)), 1, 5_000).astype(np.int64)
        return cls(days, heads, np.round(heads * chance.lognormal(4.0, 0.6, CHUNK), 2))

    def columns(self, chance: np.random.Generator) -> dict[str, NDArray[np.generic] | pl.Series]:
        """The columns that follow from size and age."""
        capital = chance.choice([10, 50, 100, 200, 500, 1000, 2000, 5000, 10_000], CHUNK, p=_CAPITAL_SHARES)
        research = self.revenue * np.clip(chance.gamma(1.2, 0.03, CHUNK), 0, 0.6)
        return {
            "founded_on": _days((AT - _EPOCH).days - self.days),
            "headcount": self.heads,
            "registered_capital_wan": np.round(capital * chance.uniform(0.8, 1.3, CHUNK), 2),
            "revenue_wan": self.revenue,
            "revenue_previous_wan": np.round(self.revenue / chance.uniform(0.7, 1.5, CHUNK), 2),
            "net_profit_wan": np.round(self.revenue * chance.normal(0.05, 0.08, CHUNK), 2),
            "rd_expense_wan": np.round(research, 2),
            "tech_staff": np.minimum(self.heads, (self.heads * chance.beta(1.5, 6, CHUNK)).astype(np.int64)),
        }


_CAPITAL_SHARES = [0.10, 0.14, 0.22, 0.12, 0.16, 0.14, 0.06, 0.04, 0.02]


def _days(numbers: NDArray[np.int64]) -> pl.Series:
    return pl.Series(numbers.astype(np.int32)).cast(pl.Date)


def _credentials(chance: np.random.Generator, size: _Sizes) -> dict[str, NDArray[np.generic] | pl.Series]:
    patents = chance.negative_binomial(0.4, 0.12, CHUNK)
    certified = chance.random(CHUNK) < 0.12
    until = _days((AT - _EPOCH).days + chance.integers(-200, 1_095, CHUNK))
    return {
        "invention_patents": patents // 3,
        "utility_patents": patents,
        "software_copyrights": chance.negative_binomial(0.3, 0.1, CHUNK),
        "high_tech_enterprise": certified,
        "high_tech_enterprise_valid_to": pl.select(pl.when(pl.Series(certified)).then(until)).to_series(),
        "tech_sme": chance.random(CHUNK) < 0.10,
        "specialised_sme": (chance.random(CHUNK) < 0.04) & (size.heads > 20),
        "tax_credit_grade": np.array(_GRADES, dtype=object)[chance.choice(5, CHUNK, p=[0.3, 0.4, 0.2, 0.07, 0.03])],
        "has_overdue_loan": chance.random(CHUNK) < 0.03,
        "is_abnormal_operation": chance.random(CHUNK) < 0.04,
    }


_UNKNOWN = {
    "region": 0.005,
    "industry": 0.03,
    "founded_on": 0.01,
    "registered_capital_wan": 0.02,
    "headcount": 0.12,
    "revenue_wan": 0.45,
    "revenue_previous_wan": 0.55,
    "net_profit_wan": 0.60,
    "rd_expense_wan": 0.70,
    "tech_staff": 0.70,
    "invention_patents": 0.25,
    "utility_patents": 0.25,
    "software_copyrights": 0.35,
    "tax_credit_grade": 0.50,
    "has_overdue_loan": 0.70,
    "is_abnormal_operation": 0.05,
    "products": 0.05,
    "need_text": 0.75,
}
"""The share of enterprises of which a field is not known."""


def _unknowns(chance: np.random.Generator) -> list[pl.Expr]:
    return [
        pl.when(pl.Series(chance.random(CHUNK) >= share)).then(pl.col(code)).alias(code)
        for code, share in _UNKNOWN.items()
    ]


def _words(chance: np.random.Generator, trade: NDArray[np.object_]) -> dict[str, pl.Series]:
    """What the enterprises say of themselves: products, business and need, around the name of their trade."""
    things = [_things(code) for code in trade]
    picks = chance.integers(0, 1 << 30, (CHUNK, 8)).tolist()
    products, business, needs = [], [], []
    for (names, made, users), pick in zip(things, picks, strict=True):
        name, one, two = names[pick[0] % len(names)], made[pick[1] % len(made)], made[pick[2] % len(made)]
        quality, form = _QUALITIES[pick[3] % len(_QUALITIES)], _FORMS[pick[4] % len(_FORMS)]
        products.append(f"{one}、{quality}{name}{form}、{two}")
        first = pick[5] % len(_STRENGTHS)
        strengths = (_STRENGTHS * 2)[first : first + 3]
        user = users[pick[6] % len(users)]
        business.append(
            f"主要从事{quality}{name}{form}的研发、生产和销售，产品包括{one}和{two}，主要客户为{user}，"
            + "，".join(strengths)
        )
        needs.append(f"{_NEEDS[pick[7] % len(_NEEDS)]}，用于{one}")
    return {
        "products": pl.Series(products),
        "main_business": pl.Series(business),
        "need_text": pl.Series(needs),
    }


@cache
def _things(code: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names for a class's trade, things that it makes, and customers: of the invented trades nearest to it."""
    name = industries.industry(code).name
    names = tuple(part for part in name.replace("及", "、").replace("和", "、").split("、") if len(part) > 1) or (name,)
    near = [item for item in trades() if item.industry[:2] == code[:2]]
    made = tuple(product for item in near for product in item.products)
    users = tuple(user for item in near or trades() for user in item.customers)
    return names, (*names, *made), users


def _name(where: NDArray[np.object_], start: int) -> pl.Series:
    names = [f"合成{_short(code)}第{start + place}号企业有限公司" for place, code in enumerate(where)]
    return pl.Series("name", names)


@cache
def _short(code: str) -> str:
    return regions.region(code).name


def _text() -> pl.Expr:
    """The words that the encoder reads, as `matcher.pairing.texts.party_text` puts them together."""
    trade = pl.col("industry").replace_strict(_trade_names(), default=None)
    return pl.concat_str("products", "main_business", "need_text", trade, separator="。", ignore_nulls=True)


@cache
def _trade_names() -> dict[str, str]:
    return {code: industries.industry(code).name for code in _classes().tolist()}
