"""Answers as they go out: bytes written by orjson; these models only describe them in the OpenAPI document.

Validating each answer on its way out would cost more than making it (measured: 168 us a request against 81); instead a
test reads real answers with these models, which accept nothing that they do not describe.
"""

from typing import Literal

from pydantic import Field

from api.exchange.problems import Severity
from api.routes.match_answers import ConsentMarkAnswer
from api.routes.offer_answers import Answer, Json
from matcher.fields import FieldType, PartyKind, Sensitivity, Source


class FactAnswer(Answer):
    """一项事实：值、来源、日期。"""

    value: Json
    label: str
    text: str
    source: str
    observed_on: str


class PartyAnswer(Answer):
    """一个主体。"""

    id: str
    kind: PartyKind
    name: str
    facts: dict[str, FactAnswer]
    tenant: str
    source: str
    observed_on: str
    synthetic: bool
    profile: dict[str, str] | None = None
    consent: ConsentMarkAnswer | None = None


class NamedCodeAnswer(Answer):
    """代码及其名称。"""

    code: str
    name: str


class FoundPartyAnswer(Answer):
    """检索到的主体；similarity 为相近程度（-1 至 1），没有给文字时为 null。"""

    id: str
    name: str
    kind: PartyKind
    region: NamedCodeAnswer | None
    industry: NamedCodeAnswer | None
    similarity: float | None
    synthetic: bool


class UnderstoodSearchAnswer(Answer):
    """检索被理解为：文字，以及写成中文的条件。"""

    text: str
    where: str


class SearchAnswer(Answer):
    """检索结果；considered 为满足条件的主体数。"""

    parties: list[FoundPartyAnswer]
    considered: int
    understood: UnderstoodSearchAnswer
    encoder: str
    evaluated_on: str


class BulkCountsAnswer(Answer):
    """一批的结果：新增、变更、未变、删除与被拒的行数。"""

    new: int
    changed: int
    same: int
    deleted: int
    refused: int


class RefusedRowAnswer(Answer):
    """没有写入的一行：在请求中的位置、编号与原因（至多 10 条）。"""

    pointer: str
    id: str | None
    errors: list["ViolationAnswer"]


class BulkAnswer(Answer):
    """批量写入的结果；refused 之外的行都已保存。"""

    counts: BulkCountsAnswer
    refused: list[RefusedRowAnswer]


class FieldAnswer(Answer):
    """一个字段。"""

    code: str
    label: str
    type: FieldType
    group: str
    kinds: list[PartyKind]
    unit: str | None
    choices: list[str]
    source: Source
    sensitivity: Sensitivity
    aliases: list[str]
    derived_from: list[str]
    valid_to: str | None
    description: str


class FieldsAnswer(Answer):
    """字段表。"""

    fields: list[FieldAnswer]


class ImportAnswer(Answer):
    """一次导入：文件、时间与各类行数。"""

    id: str
    kind: PartyKind
    file_name: str
    sha256: str
    started: str
    finished: str | None
    counts: dict[str, int]


class RowProblemAnswer(Answer):
    """一行中的一个问题。"""

    column: str
    value: str
    code: str
    message: str
    severity: Severity


class RowAnswer(Answer):
    """有问题的一行。"""

    line: int
    rejected: bool
    merged_into: int | None
    problems: list[RowProblemAnswer]


class ImportReportAnswer(ImportAnswer):
    """一次导入的结果；examples 为前 100 个有问题的行，全部见 /v1/imports/{id}/problems.csv。"""

    description: str
    ignored_columns: list[str]
    notices: list[str]
    reasons: dict[str, int]
    examples: list[RowAnswer]
    seconds: float


class HealthAnswer(Answer):
    """运行状态。"""

    status: Literal["ok"]


class ViolationAnswer(Answer):
    """请求中的一处错误；pointer 指向请求体中的位置，parameter 为地址中的参数名。"""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemAnswer(Answer):
    """RFC 9457 的问题说明；code 不随版本改变，detail 为中文。"""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ViolationAnswer] = Field(default_factory=list)
    request_id: str = ""
