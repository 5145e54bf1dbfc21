"""What invented enterprises ask for (演示需求), in words as varied as those of a service desk."""

from decimal import Decimal
from random import Random

from matcher.declarations.enterprise import LOAN_PURPOSES
from matcher.evaluation.demo_materials import Draft, Sketch

_ROUNDS = ("天使轮", "Pre-A轮", "A轮", "B轮")
_AMOUNTS = (50, 100, 200, 300, 500, 500, 800, 1000, 2000, 3000)


def wishes(sketch: Sketch, chance: Random) -> Draft:
    """A need in words, and where it is for money its amount in 万元, its term and purpose."""
    wish = chance.choices((_loan, _equity, _place, _customers, _supplies, _policy), (40, 15, 12, 18, 8, 7))[0]
    return wish(sketch, chance)


def _amount(revenue: float, chance: Random) -> Decimal:
    fitting = [amount for amount in _AMOUNTS if amount <= max(100.0, revenue * 0.5)]
    return Decimal(chance.choice(fitting))


def _loan(sketch: Sketch, chance: Random) -> Draft:
    amount, purpose, months = (
        _amount(sketch.revenue, chance),
        chance.choice(LOAN_PURPOSES),
        chance.choice((12, 12, 24, 36)),
    )
    words = (
        f"想贷款{amount}万元，用于{purpose}，期限{months}个月",
        f"接到{chance.choice(sketch.line.customers)}的订单，需要{amount}万元周转",
        f"没有房产抵押，希望用知识产权或信用方式贷款{amount}万元",
        f"{purpose}资金不足，需要银行贷款{amount}万元",
    )
    return {
        "need_text": chance.choice(words),
        "need_amount_wan": amount,
        "need_term_months": months,
        "need_purpose": purpose,
    }


def _equity(sketch: Sketch, chance: Random) -> Draft:
    amount, stage = _amount(sketch.revenue, chance), chance.choice(_ROUNDS)
    text = f"正在进行{stage}股权融资，计划融资{amount}万元，用于{chance.choice(sketch.line.products)}的研发与市场"
    return {"need_text": text, "need_amount_wan": amount, "financing_round": stage, "need_purpose": "研发"}


def _place(sketch: Sketch, chance: Random) -> Draft:
    wanted = chance.choice(("孵化场地和中试平台", "标准厂房", "实验室与检测设备共享", "办公场地和创业辅导"))
    return {"need_text": f"寻找{sketch.line.label}方向的孵化器或产业园，需要{wanted}"}


def _customers(sketch: Sketch, chance: Random) -> Draft:
    customer, product = chance.choice(sketch.line.customers), chance.choice(sketch.line.products)
    return {"need_text": f"希望进入{customer}的供应链，为龙头企业配套{product}"}


def _supplies(sketch: Sketch, chance: Random) -> Draft:
    return {"need_text": f"寻找{chance.choice(sketch.line.inputs)}的合格供应商，或联合开发替代方案"}


def _policy(sketch: Sketch, chance: Random) -> Draft:
    words = (
        f"想了解{sketch.line.label}企业能申请哪些补贴和政策",
        "想申报专精特新，了解还差哪些条件",
        "希望参加产业链对接活动",
    )
    return {"need_text": chance.choice(words)}
