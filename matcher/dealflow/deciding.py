"""Deciding what may happen to a deal next (项目准入): a pure rule over the history; the store asks it in its turn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcher.dealflow.asked import Asked, refused
from matcher.dealflow.correcting import require_correction
from matcher.dealflow.events import (
    Assessment,
    Correction,
    Count,
    DealEvent,
    Exit,
    Filing,
    Move,
    Payment,
    Submission,
    Vote,
    complete,
)
from matcher.dealflow.funds import Book, position_of
from matcher.dealflow.limits import require_money
from matcher.dealflow.moving import require_move
from matcher.dealflow.paying import require_exit, require_paying
from matcher.dealflow.pipeline import Pipeline
from matcher.dealflow.state import state_of
from matcher.dealflow.submitting import require_assessment, require_filing, require_submission
from matcher.dealflow.voting import require_count, require_vote

MONEY = (Payment, Exit, Correction)
"""The events that change what a fund has in a deal: they are decided with the fund's book."""


def admitted(
    pipeline: Pipeline, history: Sequence[DealEvent], event: DealEvent, deal: str = "", book: Book | None = None
) -> tuple[DealEvent, ...]:
    """The history with one more event, if the pipeline allows it. `book` is the deal's fund, where it has one.

    Raises `InvalidDeal` for an event that cannot be read as one and `DealRefused` for one that is not allowed now.
    """
    complete(event)
    if not history and not isinstance(event.body, Move):
        raise refused("stage", "项目还没有登记", f"先进入“{pipeline.first.label}”", "请先登记项目")
    if history and event.at < history[-1].at:
        raise refused("order", f"记录时间 {event.at:%Y-%m-%d %H:%M} 早于上一条记录", "不早于上一条记录", "请改正时间")
    asked = Asked(pipeline, tuple(history), state_of(pipeline, history), event)
    _RULES[type(event.body)](asked, event.body)
    after = (*asked.history, event)
    if pipeline.fund is not None and isinstance(event.body, MONEY):
        standing = position_of(deal, ((number, item.body) for number, item in enumerate(after, 1)))
        require_money(pipeline.fund, (book or Book()).with_position(standing))
    return after


_RULES: Mapping[type, Callable[[Asked, Any], None]] = {
    Move: require_move,
    Filing: require_filing,
    Assessment: require_assessment,
    Submission: require_submission,
    Vote: require_vote,
    Count: require_count,
    Payment: require_paying,
    Exit: require_exit,
    Correction: require_correction,
}
