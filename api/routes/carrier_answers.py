"""Answers about measured carriers, described for the OpenAPI document; see `api.routes.answers`."""

from typing import Any

from pydantic import Field

from api.routes.offer_answers import Answer


class YearAnswer(Answer):
    """一年的评价；未知为 null，不是零。"""

    year: int
    measures: str = Field(description="所用评价办法的版本")
    mark: str | None = Field(description="已知部分的得分，0 至 100")
    covered_pct: str = Field(description="已知部分占权重的百分比")
    least: str = Field(description="缺项全按 0 分时的总分")
    most: str = Field(description="缺项全按满分时的总分")
    dimensions: list[dict[str, Any]]
    missing: list[str]


class FocusAnswer(Answer):
    """聚焦产业：一至两个。"""

    industries: list[dict[str, str]] = Field(description="行业代码、名称与产业类别")
    most: int
    at: str
    by: str


class MeasuredAnswer(Answer):
    """一家载体各年的评价、雷达图数据、逐年比较与填报记录。"""

    carrier: dict[str, Any]
    kind: str | None
    measures: dict[str, str]
    focus: FocusAnswer | None = Field(description="聚焦产业；未填为 null")
    years: list[YearAnswer]
    radar: dict[str, Any]
    changes: list[dict[str, Any]]
    entered: list[dict[str, Any]]


class CarrierSummary(Answer):
    """一家载体的评价概要。"""

    id: str
    name: str
    kind: str | None
    synthetic: bool
    year: int
    mark: str | None
    covered_pct: str
    least: str
    most: str
    missing: int
    focus: FocusAnswer | None


class CarriersAnswer(Answer):
    """本平台各载体的评价概要；载体只见自己的。"""

    count: int
    carriers: list[CarrierSummary]


class MeasuresSummary(Answer):
    """一个版本的评价办法。"""

    id: str
    name: str
    province: str
    version: str = Field(description="文件内容的指纹")
    since: int = Field(description="自哪一年度起用")
    own: bool = Field(description="是否本平台上传的")
    file: str
    kept: str | None
    by: str


class MeasuresListAnswer(Answer):
    """评价办法的各版本，最近上传的在前，内置的在后。"""

    count: int
    in_force: str = Field(description="今年所用的版本")
    measures: list[MeasuresSummary]


class MeasuresAnswer(MeasuresSummary):
    """一个版本的评价办法的全部内容。"""

    dimensions: list[dict[str, Any]]
    content: str
