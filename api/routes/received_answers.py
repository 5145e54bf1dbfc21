"""Answers about lists from the receiving side, described for the OpenAPI document; see `api.routes.answers`."""

from api.routes.offer_answers import Answer, Json
from api.routes.outcome_answers import EventAnswer
from matcher.eligibility.results import State
from matcher.learning.outcomes import OutcomeState
from matcher.offers import OfferKind


class DueAnswer(Answer):
    """一项逾期的办理时限；provisional 表示其间有年份的节假日安排尚未公布。"""

    due: OutcomeState
    due_label: str
    deadline: str
    provisional: bool
    late_days: int


class ReceivedAnswer(Answer):
    """收到的一个名单项。未经授权的只有画像；consent 为授权情况，next 为接下来可以登记的结果。"""

    id: str
    campaign_id: str
    campaign: str
    run: int
    offer_id: str
    offer: str
    kind: OfferKind
    rank: int
    seeker_id: str
    name: str
    profile: dict[str, str]
    contact: dict[str, str]
    consent: str
    score: float
    eligibility: State
    state: OutcomeState
    state_label: str
    next: list[OutcomeState]
    due: list[DueAnswer]
    pushed: str
    standing: bool
    synthetic: bool


class ReceivedListAnswer(Answer):
    """收到的名单。"""

    count: int
    received: list[ReceivedAnswer]
    next_offset: int | None


class ReceivedWholeAnswer(ReceivedAnswer):
    """收到的一个名单项，附逐条资格、得分构成与全部反馈。"""

    match: dict[str, Json | dict[str, object] | list[object]]
    events: list[EventAnswer]
