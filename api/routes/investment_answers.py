"""Answers about investments, described for the OpenAPI document; see `api.routes.answers`. Money is text, in 万元."""

from pydantic import Field

from api.routes.answers import RowAnswer
from api.routes.offer_answers import Answer


class PaidAnswer(Answer):
    """一笔投资；null 或空为未知，不是零。"""

    investor: str
    investor_id: str | None
    offer_id: str | None
    firm: str
    party_id: str | None = Field(description="被投企业的主体编号；不在平台上或无权看到为 null")
    industry: str | None
    industry_name: str | None
    business: str
    on: str | None
    round: str
    amount_wan: str | None
    stake_pct: str | None
    source: str
    deal_id: str | None = Field(description="由本平台的项目注资而来时，该项目的编号")


class InvestmentAnswer(PaidAnswer):
    """一条登记。"""

    id: str
    number: int = Field(description="这一笔的第几次登记")
    removed: bool
    by: str
    at: str
    why: str


class InvestmentsAnswer(Answer):
    """现行的投资记录；count 为全部条数。"""

    count: int
    investments: list[InvestmentAnswer]
    paid: list[PaidAnswer]


class InvestmentHistoryAnswer(InvestmentAnswer):
    """一笔投资与它的每一次登记。"""

    history: list[InvestmentAnswer]


class InvestmentReportAnswer(Answer):
    """一次导入的结果；new、changed、same 为投资笔数，其余为行数；examples 为前 100 个有问题的行。"""

    rows: int
    new: int
    changed: int
    same: int
    merged: int
    doubtful: int
    rejected: int
    description: str
    ignored_columns: list[str]
    notices: list[str]
    reasons: dict[str, int]
    examples: list[RowAnswer]
    seconds: float
