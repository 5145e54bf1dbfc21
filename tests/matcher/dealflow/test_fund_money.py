"""A fund's money on worked cases: fees by phase and by days across New Year, rolling, phases, corrections."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.dealflow.events import (
    CENT_WAN,
    Contribution,
    Correction,
    Custody,
    Event,
    Extension,
    Fee,
    FundBody,
    Tranche,
)
from matcher.dealflow.fees import fee_of_year, fee_spans
from matcher.dealflow.funding import entered
from matcher.dealflow.funds import Book, Position, periods, phase_at
from matcher.dealflow.limits import require_money
from matcher.dealflow.pipeline import FundTerms, Phase
from matcher.errors import DealRefused, InvalidDeal
from tests.matcher.dealflow.worlds import LATER, a_fund, a_tranche, booked, kunshan, pipelines, wan

BEGUN = date(2021, 12, 15)
PAID, GONE = date(2022, 3, 1), date(2025, 7, 2)


def terms() -> FundTerms:
    found = kunshan().fund
    assert found is not None
    return found


def a_book(*more: FundBody) -> Book:
    """5,000万 from 2021-12-15, 3,000万 more from 2023-01-01; 400万 and 500万 paid, the 400 given up on 2025-07-02."""
    book = booked(a_fund(BEGUN), *a_tranche(date(2023, 1, 1), 3000, 3000), *more)
    held = Position("a", ((PAID, wan(400)),), ((GONE, wan(900), wan(400)),))
    return Book(book.events, (held, Position("b", ((date(2024, 11, 1), wan(500)),))))


def test_phases_begin_with_the_first_tranche() -> None:
    book = a_book(Extension(date(2030, 6, 30)))
    assert [(item.terms.phase, item.begins, item.ends) for item in periods(terms(), book)] == [
        (Phase.INVESTMENT, BEGUN, date(2024, 12, 15)),
        (Phase.EXIT, date(2024, 12, 15), date(2029, 12, 15)),
        (Phase.EXTENSION, date(2029, 12, 15), date(2030, 6, 30)),
        (Phase.LIQUIDATION, date(2030, 6, 30), None),
    ]
    without = periods(terms(), a_book())
    assert [(item.terms.phase, item.begins) for item in without[2:]] == [(Phase.LIQUIDATION, date(2029, 12, 15))]
    assert phase_at(without, date(2021, 12, 14)) is None
    assert periods(terms(), Book()) == ()


FEES = [
    (2020, "0"),
    (2021, "2.328767"),  # 5000 x 1 % x 17/365：12 月 15 日至 31 日
    (2022, "50"),
    (2023, "80"),  # 第二期 3000 万自 1 月 1 日
    (2024, "76.702186"),  # 闰年：8000 x 349/366 投资期 + 900 x 17/366 退出期
    (2025, "6.994521"),  # 900 x 182/365 + 500 x 183/365
    (2026, "5"),
    (2029, "4.767123"),  # 500 x 348/365，12 月 15 日起清算期
    (2030, "0"),
]


@pytest.mark.parametrize(("year", "expected"), FEES)
def test_article_7_worked_fees_across_every_phase(year: int, expected: str) -> None:
    assert fee_of_year(terms(), a_book(), year) == Decimal(expected)


def test_article_7_no_fee_in_the_extension() -> None:
    assert fee_of_year(terms(), a_book(Extension(date(2031, 1, 1))), 2030) == 0
    assert fee_spans(terms(), a_book(Extension(date(2031, 1, 1))), 2030) == ()


@given(st.lists(st.tuples(st.dates(date(2022, 1, 1), date(2024, 1, 1)), st.integers(1, 10**9)), max_size=5))
def test_spans_cover_each_day_once_and_the_fee_is_at_most_one_per_cent(tranches: list[tuple[date, int]]) -> None:
    book = a_fund(BEGUN)
    later = [
        Event(LATER, "甲", "manager", "试", Tranche(on, Decimal(cents) * CENT_WAN, Decimal(0)))
        for on, cents in tranches
    ]
    book = Book((*book.events, *later))
    for year in range(2021, 2025):
        spans = fee_spans(terms(), book, year)
        assert all(one.ends == other.begins for one, other in pairwise(spans))
        fee = fee_of_year(terms(), book, year)
        assert fee <= (book.subscribed_wan / 100).quantize(CENT_WAN) + CENT_WAN
        assert fee == fee.quantize(CENT_WAN)


def test_a_fee_is_taken_once_the_year_is_over_and_never_more_than_is_due() -> None:
    book = a_book()
    for fee, said in (
        (Fee(date(2022, 12, 31), 2022, wan(50)), "年度结束后"),
        (Fee(date(2023, 1, 3), 2022, wan("50.000001")), "不超过 50"),
    ):
        with pytest.raises(DealRefused, match=said):
            booked(book, fee)
    book = booked(book, Fee(date(2023, 1, 3), 2022, wan(30)), Fee(date(2023, 1, 3), 2022, wan(20)))
    with pytest.raises(DealRefused, match="第七条"):
        booked(book, Fee(date(2023, 1, 3), 2022, CENT_WAN))


def paid(*amounts: tuple[date, int], back: tuple[tuple[date, int, int], ...] = ()) -> Position:
    return Position(
        "d", tuple((on, wan(amount)) for on, amount in amounts), tuple((on, wan(p), wan(c)) for on, p, c in back)
    )


def test_article_5_what_comes_back_in_the_investment_period_may_be_invested_again() -> None:
    book = a_fund(BEGUN)
    rolled = paid((PAID, 5000), (date(2023, 1, 2), 900), back=((date(2023, 1, 1), 900, 400),))
    require_money(terms(), Book(book.events, (rolled,)))
    early = paid((PAID, 5000), (date(2022, 12, 31), 900), back=((date(2023, 1, 1), 900, 400),))
    with pytest.raises(DealRefused, match="2022-12-31 的可用资金为 -900"):
        require_money(terms(), Book(book.events, (early,)))
    whole = Position("d", ((PAID, wan("5000.000001")),))
    with pytest.raises(DealRefused, match=r"可用资金为 -0\.000001"):
        require_money(terms(), Book(book.events, (whole,)))
    kept = pipelines()["pipeline.generic-fund"].fund
    assert kept is not None
    with pytest.raises(DealRefused, match="2023-01-02 的可用资金为 -900"):
        require_money(kept, Book(book.events, (rolled,)))


@pytest.mark.parametrize(
    ("on", "said"),
    [(date(2021, 12, 14), "尚未设立"), (date(2024, 12, 15), "退出期"), (date(2029, 12, 15), "清算期")],
)
def test_article_5_nothing_is_paid_outside_the_investment_period(on: date, said: str) -> None:
    with pytest.raises(DealRefused, match=said):
        require_money(terms(), Book(a_fund(BEGUN).events, (paid((on, 1)),)))


REFUSED: list[tuple[FundBody, str]] = [
    (Tranche(date(2021, 1, 1), wan(10), wan(0)), "不早于前一期"),
    (Tranche(date(2023, 1, 1), wan(0), wan(0)), "认缴规模为 0"),
    (Tranche(date(2023, 1, 1), wan(10), wan(11)), "不超过当日认缴合计"),
    (Contribution(date(2023, 1, 1), wan(1)), "不超过当日认缴合计"),
    (Contribution(date(2023, 1, 1), wan(0)), "实缴金额为 0"),
    (Contribution(date(2040, 1, 2), wan(0)), "晚于记录日"),
    (Contribution(date(2023, 1, 1), Decimal("0.0000001")), "六位小数"),
    (Contribution(date(2023, 1, 1), Decimal("NaN")), "六位小数"),
    (Contribution(date(2023, 1, 1), Decimal("1e999999")), "六位小数"),
    (Custody(date(2023, 1, 1), " "), "托管银行"),
    (Extension(date(2029, 12, 15)), "晚于存续期届满日 2029-12-15"),
    (Correction(3), "1 到 2 中"),
    (Correction(1), "尚未设立"),
    (Correction(2), "未托管"),
]


@pytest.mark.parametrize(("body", "said"), REFUSED)
def test_what_a_fund_may_not_enter(body: FundBody, said: str) -> None:
    book = Book(a_fund(BEGUN).events, (paid((PAID, 1)),))
    with pytest.raises((DealRefused, InvalidDeal), match=said):
        booked(book, body)


def test_a_corrected_contribution_counts_no_more_and_a_correction_stands() -> None:
    book = booked(a_fund(BEGUN), *a_tranche(date(2023, 1, 1), 3000, 1000))
    book = booked(book, Correction(4))
    assert (book.paid_in_wan, book.subscribed_wan) == (5000, 8000)
    assert len(book.events) == 5
    for number in (4, 5):
        with pytest.raises(DealRefused, match="未更正过的记录"):
            booked(book, Correction(number))


def test_only_the_manager_keeps_the_book_in_order() -> None:
    book = a_fund(BEGUN)
    body = Contribution(date(2022, 1, 1), wan(1))
    with pytest.raises(DealRefused, match="由基金管理机构登记"):
        entered(kunshan(), book, Event(LATER, "甲", "seat_finance", "试", body, ("凭证",)))
    with pytest.raises(DealRefused, match="早于上一条"):
        entered(kunshan(), book, Event(datetime(2039, 1, 1, tzinfo=UTC), "甲", "manager", "试", body, ("凭证",)))
    with pytest.raises(InvalidDeal, match="依据材料"):
        entered(kunshan(), book, Event(LATER, "甲", "manager", "试", body))
