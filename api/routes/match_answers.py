"""What a match, its prospects and a reading answer (匹配答复): the shapes of the OpenAPI document."""

from api.access.consents import Standing
from api.routes.offer_answers import Answer, CriterionAnswer, Json, OfferSummaryAnswer
from matcher.eligibility.results import State
from matcher.fields import PartyKind
from matcher.offers import OfferKind


class FindingAnswer(CriterionAnswer):
    """单项条件的核验结果；未满足的写明差距，待补充的 value 为 null。"""

    state: State
    state_label: str
    value: Json
    value_text: str | None
    gap: str
    group: str
    decisive: bool


class EligibilityAnswer(Answer):
    """资格：五种状态之一，及逐条结果。"""

    state: State
    label: str
    criteria: list[FindingAnswer]


class ContributionAnswer(Answer):
    """得分的一部分，各部分之和为匹配度。"""

    name: str
    label: str
    points: float
    evidence: str


class UnknownAnswer(Answer):
    """待补充的字段。"""

    field: str
    label: str


class MatchedSeekerAnswer(Answer):
    """被匹配的需求方；载体自行公布，以名称示人。"""

    id: str
    name: str
    kind: PartyKind
    synthetic: bool


class ConsentMarkAnswer(Answer):
    """企业对读者的授权情况。"""

    state: Standing
    label: str
    until: str | None


class MatchAnswer(Answer):
    """一个匹配：匹配度（0—100，不是信用分）及其构成、资格、理由、差距；profile 与 consent 只在看别家企业时出现。"""

    party_id: str
    offer_id: str
    seeker: MatchedSeekerAnswer
    offer: OfferSummaryAnswer
    score: float
    contributions: list[ContributionAnswer]
    eligibility: EligibilityAnswer
    reasons: list[str]
    gaps: list[str]
    unknowns: list[UnknownAnswer]
    explanation: str
    synthetic: bool


class StatementAnswer(Answer):
    """从文字中读出的一项。"""

    field: str
    label: str
    value: Json
    text: str
    words: str


class ReadingAnswer(Answer):
    """对一段文字的理解；facts 可更正后放回 /v1/matches。"""

    statements: list[StatementAnswer]
    facts: dict[str, Json]
    kinds: list[OfferKind]
    not_understood: list[str]


class SeekerAnswer(Answer):
    """提问的一方；没有账号的提问 id 与 name 为 null。"""

    id: str | None
    kind: PartyKind
    name: str | None
    synthetic: bool


class VersionsAnswer(Answer):
    """答案所依据的版本。"""

    encoder: str
    catalogue: str
    evaluated_on: str


class MatchesAnswer(Answer):
    """推荐的资源。"""

    seeker: SeekerAnswer
    understood: ReadingAnswer
    matches: list[MatchAnswer]
    considered: int
    versions: VersionsAnswer


class ProspectsAnswer(Answer):
    """名单。"""

    offer: OfferSummaryAnswer
    matches: list[MatchAnswer]
    considered: int
    eligible: int
    versions: VersionsAnswer
