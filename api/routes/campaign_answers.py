"""Answers about campaigns, described for the OpenAPI document; see `api.routes.answers`."""

from typing import Any

from api.routes.match_answers import ConsentMarkAnswer, MatchAnswer
from api.routes.offer_answers import Answer, OfferSummaryAnswer
from api.store.campaign_rows import AssignmentStatus, CampaignState, RunState
from matcher.campaigns.comparison import Departure
from matcher.campaigns.plan import Objective
from matcher.campaigns.whynot import Reason
from matcher.eligibility.results import State


class CampaignAnswer(Answer):
    """一个对接活动。"""

    id: str
    name: str
    state: CampaignState
    state_label: str
    plan: str
    created: str
    updated: str


class CampaignsAnswer(Answer):
    """本平台的活动。"""

    count: int
    campaigns: list[CampaignAnswer]


class PreviewOfferAnswer(Answer):
    """参加活动的一项资源及其名额。"""

    id: str
    name: str
    provider: str
    quota: int


class FloorAnswer(Answer):
    """一条公平底线。"""

    name: str
    least: int
    each_offer: bool


class PreviewAnswer(Answer):
    """方案的规模：范围内的主体数、参加的资源、名额总数、每个主体至多进入的名单数之和；抽样推算的候选对数。"""

    name: str
    seekers: int
    offers: list[PreviewOfferAnswer]
    places: int
    most_lists: int
    sampled: int
    expected_candidates: int
    objective: Objective
    objective_label: str
    floors: list[FloorAnswer]


class RunErrorAnswer(Answer):
    """运行没有完成的原因。"""

    code: str
    detail: str


class RunAnswer(Answer):
    """一次运行：frozen 为固定的版本，counts 为结果的数字（运行结束前为空）。"""

    campaign_id: str
    number: int
    state: RunState
    state_label: str
    dry: bool
    frozen: dict[str, Any]
    counts: dict[str, Any]
    job_id: str | None
    error: RunErrorAnswer | None
    created: str
    finished: str | None
    approved_by: str | None
    approved: str | None


class RunsAnswer(Answer):
    """一个活动的各次运行。"""

    count: int
    runs: list[RunAnswer]


class AssignmentAnswer(Answer):
    """名单上的一项；profile 为机构可见的画像（字段与文字），未知的字段不出现。"""

    id: str
    seeker_id: str
    offer_id: str
    institution: str
    rank: int
    score: float
    eligibility: State
    status: AssignmentStatus
    profile: dict[str, str]
    match: MatchAnswer
    consent: ConsentMarkAnswer | None = None


class AssignmentsAnswer(Answer):
    """名单的一页；next_offset 为 null 时已到末页。"""

    count: int
    assignments: list[AssignmentAnswer]
    next_offset: int | None


class NearestAnswer(Answer):
    """没有进入任何名单的主体最近的机会，及所差的分数。"""

    offer: OfferSummaryAnswer
    lacking: float | None


class WhyAnswer(Answer):
    """一对主体与资源在一次运行中的结果：列入，或没有列入的原因。"""

    seeker_id: str
    offer_id: str
    assigned: bool
    in_filter: bool
    reason: Reason | None
    sentence: str
    lacking: float | None
    one_more_place: float | None
    match: MatchAnswer | None
    nearest: NearestAnswer | None


class ChanceAnswer(Answer):
    """没有进入任何名单的一个主体、最近的机会及所差的分数。"""

    seeker_id: str
    seeker_name: str
    offer: OfferSummaryAnswer
    lacking: float | None


class LeftOutAnswer(Answer):
    """没有进入任何名单的主体的一页；without_candidates 为范围内没有任何候选的主体数，不在其列。"""

    count: int
    without_candidates: int
    seekers: list[ChanceAnswer]
    next_offset: int | None


class PairAnswer(Answer):
    """一对主体与资源。"""

    seeker_id: str
    offer_id: str


class LeftAnswer(PairAnswer):
    """退出的一对，及其原因。"""

    reason: Departure
    reason_label: str


class ComparisonAnswer(Answer):
    """两次运行的对比。"""

    before: int
    after: int
    sentence: str
    came: list[PairAnswer]
    left: list[LeftAnswer]
    stayed: int
