"""Answers about measured carriers, described for the OpenAPI document; see `api.routes.answers`."""

from typing import Any

from pydantic import Field

from api.routes.offer_answers import Answer


class YearAnswer(Answer):
    """一年的评价；未知为 null，不是零。"""

    year: int
    mark: str | None = Field(description="已知部分的得分，0 至 100")
    covered_pct: str = Field(description="已知部分占权重的百分比")
    least: str = Field(description="缺项全按 0 分时的总分")
    most: str = Field(description="缺项全按满分时的总分")
    dimensions: list[dict[str, Any]]
    missing: list[str]


class MeasuredAnswer(Answer):
    """一家载体各年的评价、雷达图数据、逐年比较与填报记录。"""

    carrier: dict[str, Any]
    kind: str | None
    measures: dict[str, str]
    years: list[YearAnswer]
    radar: dict[str, Any]
    changes: list[dict[str, Any]]
    entered: list[dict[str, Any]]
