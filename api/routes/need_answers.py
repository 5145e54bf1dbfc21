"""Answers about posted needs, described for the OpenAPI document; see `api.routes.answers`."""

from api.routes.offer_answers import Answer
from matcher.campaigns.claiming import ClaimState, NeedState


class ProfilePartAnswer(Answer):
    """接单之前可见的一项企业情况。"""

    field: str
    label: str
    value: str


class ShownNeedAnswer(Answer):
    """一条需求：文字、可见的企业情况、限额与余下名额。"""

    id: str
    text: str
    profile: list[ProfilePartAnswer]
    limit: int
    left: int
    state: NeedState
    state_label: str
    opens: str
    closes: str


class ClaimAnswer(Answer):
    """一家机构的接单。"""

    institution: str
    offer_id: str
    state: ClaimState
    state_label: str
    place_in_line: int | None
    reason: str
    at: str
    changed: str


class NeedAnswer(ShownNeedAnswer):
    """一条需求及其接单情况。"""

    claims: list[ClaimAnswer]
    waiting: int


class NoticeAnswer(Answer):
    """被通知的一家机构，及其最相合的资源。"""

    institution: str
    offer_id: str
    score: float


class PostedNeedAnswer(NeedAnswer):
    """刚发布的需求，及通知了谁。"""

    told: list[NoticeAnswer]


class OpenNeedAnswer(ShownNeedAnswer):
    """本机构可接的一条需求；own 为本机构在其中的状态。"""

    offer_id: str
    score: float
    own: str | None


class HallAnswer(Answer):
    """抢单大厅：一家机构现在可接的需求。"""

    institution: str
    count: int
    needs: list[OpenNeedAnswer]


class TakenAnswer(Answer):
    """一家机构已接和在等候的需求；claims 只有本机构的。"""

    institution: str
    count: int
    needs: list[NeedAnswer]
