"""Answers about duties to report, described for the OpenAPI document; see `api.routes.answers`."""

from typing import Any

from pydantic import Field

from api.routes.offer_answers import Answer


class StepAnswerOfDuty(Answer):
    """办理的一步。"""

    kind: str = Field(description="drafted（出草稿）或 sent（已报送）")
    at: str
    by: str
    how: str
    on: str
    evidence: list[str]


class DutyAnswer(Answer):
    """一个期间的报送事项。"""

    duty: str
    label: str
    period: str
    who: str
    to: list[str]
    materials: list[str]
    ended: str
    due: str
    provisional: bool = Field(description="所跨年份的节假日安排尚未公布，截止日为暂定")
    days_left: int
    late: bool
    sent_on: str | None
    steps: list[StepAnswerOfDuty]
    basis: dict[str, Any]


class DutiesAnswer(Answer):
    """报送事项，未报送的在前，最急的最先。"""

    count: int
    duties: list[DutyAnswer]


class DraftAnswer(Answer):
    """报送草稿：已填的与待补充的。"""

    duty: str
    period: str
    title: str
    synthetic: bool
    sections: list[dict[str, Any]]
    goals: list[dict[str, Any]]
    missing: list[str]
