"""Deciding what may be entered in a fund's own history (基金账): tranches, payments in, custody, extension, fees."""

from collections.abc import Callable, Mapping
from typing import Any

from matcher.dealflow.asked import refused
from matcher.dealflow.events import (
    Contribution,
    Correction,
    Custody,
    Extension,
    Fee,
    FundEvent,
    Tranche,
    complete,
)
from matcher.dealflow.fees import require_fee
from matcher.dealflow.funds import Book, periods
from matcher.dealflow.limits import require_money
from matcher.dealflow.pipeline import FundTerms, Phase, Pipeline
from matcher.dealflow.state import corrected
from matcher.errors import InvalidDeal


def entered(pipeline: Pipeline, book: Book, event: FundEvent) -> Book:
    """The book with one more event of the fund, if its terms allow it.

    Raises `InvalidDeal` for an event that cannot be read as one and `DealRefused` for one that breaks a limit.
    """
    complete(event)
    terms = pipeline.fund
    if terms is None or event.role not in terms.paid_by:
        labels = "、".join(pipeline.label_of(role) for role in sorted(terms.paid_by)) if terms else "基金的流程"
        raise refused("role", f"“{pipeline.label_of(event.role)}”登记基金账", f"由{labels}登记", "请由相应的角色办理")
    if book.events and event.at < book.events[-1].at:
        raise refused("order", "记录时间早于上一条记录", "不早于上一条记录", "请改正时间")
    _RULES[type(event.body)](terms, book, event.body)
    after = Book((*book.events, event), book.positions)
    _require_size(terms, after)
    require_money(terms, after)
    return after


def _tranche(_terms: FundTerms, book: Book, body: Tranche) -> None:
    if not body.subscribed_wan:
        raise InvalidDeal(found="认缴规模为 0", expected="大于 0 的金额", remedy="请改正认缴规模")
    if any(body.on < item.on for item in book.tranches()):
        raise refused("size", f"认缴日 {body.on} 早于前一期", "不早于前一期", "请核对认缴日期")


def _contribution(_terms: FundTerms, book: Book, body: Contribution) -> None:
    if not body.amount_wan or not book.tranches():
        raise InvalidDeal(found="实缴金额为 0，或尚无认缴", expected="认缴之后的金额", remedy="请先登记认缴")


def _custody(_terms: FundTerms, _book: Book, body: Custody) -> None:
    if not body.bank.strip():
        raise InvalidDeal(found="没有写托管银行", expected="托管银行名称", remedy="请补上托管银行")


def _extension(terms: FundTerms, book: Book, body: Extension) -> None:
    spans = periods(terms, book)
    ends = next((item.ends for item in spans if item.terms.phase is Phase.EXIT), None)
    if all(item.phase is not Phase.EXTENSION for item in terms.phases) or ends is None or body.until <= ends:
        raise refused(
            "phases", f"延长至 {body.until}", f"晚于存续期届满日 {ends or '（基金尚未设立）'}", "请核对延期决议"
        )


def _fee(terms: FundTerms, book: Book, body: Fee) -> None:
    require_fee(terms, book, body)


def _correction(_terms: FundTerms, book: Book, body: Correction) -> None:
    wrong = not 1 <= body.number <= len(book.events) or body.number in corrected(book.events)
    if wrong or isinstance(book.events[body.number - 1].body, Correction):
        raise refused(
            "correction", f"更正第 {body.number} 条记录", f"1 到 {len(book.events)} 中未更正过的记录", "请核对序号"
        )


def _require_size(terms: FundTerms, book: Book) -> None:
    """Raise where the first tranche is not as it must be, too much is subscribed, or more paid in than subscribed."""
    first, tranches = terms.first_tranche_wan, book.tranches()
    if tranches and first is not None and (tranches[0].subscribed_wan, tranches[0].paid_wan) != (first, first):
        raise refused(
            "first_tranche",
            f"首期认缴 {tranches[0].subscribed_wan} 万元、实缴 {tranches[0].paid_wan} 万元",
            f"首期 {first} 万元一次性到位（{terms.bases['first_tranche'].article}）",
            "请改正首期金额",
        )
    if terms.size_wan is not None and book.subscribed_wan > terms.size_wan:
        raise refused(
            "size",
            f"认缴合计 {book.subscribed_wan} 万元",
            f"不超过总规模 {terms.size_wan} 万元（{terms.bases['size'].article}）",
            "请核对认缴金额",
        )
    for day in sorted({on for on, _ in book.paid_in()}):
        paid = sum(amount for on, amount in book.paid_in() if on <= day)
        if paid > sum(item.subscribed_wan for item in tranches if item.on <= day):
            raise refused("size", f"{day} 实缴合计 {paid} 万元", "不超过当日认缴合计", "请核对实缴金额")


_RULES: Mapping[type, Callable[[FundTerms, Book, Any], None]] = {
    Tranche: _tranche,
    Contribution: _contribution,
    Custody: _custody,
    Extension: _extension,
    Fee: _fee,
    Correction: _correction,
}
