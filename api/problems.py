"""Problems (RFC 9457): every refusal leaves as application/problem+json, with a stable code and a Chinese detail."""

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.errors import (
    BackupFailed,
    BackupRefused,
    DataKeyMissing,
    FeedPruned,
    Forbidden,
    ForeignTenant,
    ImportRefused,
    IndexFailed,
    IndexLoading,
    InvalidAccount,
    InvalidConsent,
    InvalidSettings,
    IssuerUnavailable,
    KeyInFlight,
    KeyReused,
    LeaseLost,
    NotSignedIn,
    PayloadTooLarge,
    ReviewAnswered,
    ServiceError,
    SignInRefused,
    StoreDamaged,
    StoreFull,
    StoreIncompatible,
    StoreUnavailable,
    TooManyRequests,
    UnknownAccount,
    UnknownAssignment,
    UnknownCampaign,
    UnknownConsent,
    UnknownDeal,
    UnknownDuty,
    UnknownImport,
    UnknownInvestment,
    UnknownJob,
    UnknownMeasures,
    UnknownNeed,
    UnknownPipeline,
    UnknownReview,
    UnknownTenant,
    WrongCampaignState,
)
from embeddings.errors import (
    EmbeddingsError,
    InvalidEncoder,
    InvalidVectors,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotForeign,
    SnapshotMissing,
)
from matcher.errors import (
    ClaimRefused,
    DealRefused,
    InvalidCampaign,
    InvalidCatalogue,
    InvalidDeal,
    InvalidLoan,
    InvalidNeed,
    InvalidOutcome,
    InvalidValue,
    MatcherError,
    UnknownField,
    UnknownIndustry,
    UnknownOffer,
    UnknownParty,
    UnknownPlace,
)

MEDIA_TYPE = "application/problem+json"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
MAX_DETAIL = 500
"""The longest detail in characters: an answer never mirrors a long input."""

STATUSES: Mapping[type[Exception], int] = {
    MatcherError: 500,
    InvalidValue: 422,
    UnknownField: 422,
    UnknownPlace: 422,
    UnknownIndustry: 422,
    InvalidNeed: 422,
    InvalidLoan: 422,
    InvalidCampaign: 422,
    InvalidOutcome: 422,
    ClaimRefused: 409,
    InvalidDeal: 422,
    DealRefused: 409,
    InvalidCatalogue: 500,
    UnknownOffer: 404,
    UnknownParty: 404,
    EmbeddingsError: 500,
    InvalidEncoder: 503,
    InvalidVectors: 500,
    SnapshotError: 503,
    SnapshotMissing: 503,
    SnapshotCorrupt: 503,
    SnapshotForeign: 503,
    ServiceError: 500,
    InvalidSettings: 500,
    StoreUnavailable: 503,
    StoreFull: 507,
    FeedPruned: 503,
    KeyInFlight: 409,
    KeyReused: 422,
    StoreIncompatible: 503,
    StoreDamaged: 500,
    UnknownTenant: 404,
    ForeignTenant: 403,
    UnknownImport: 404,
    UnknownNeed: 404,
    UnknownDeal: 404,
    UnknownDuty: 404,
    UnknownMeasures: 404,
    UnknownPipeline: 404,
    UnknownInvestment: 404,
    UnknownCampaign: 404,
    UnknownAssignment: 404,
    WrongCampaignState: 409,
    UnknownJob: 404,
    LeaseLost: 500,
    ImportRefused: 422,
    PayloadTooLarge: 413,
    IndexLoading: 503,
    IndexFailed: 503,
    BackupRefused: 422,
    BackupFailed: 507,
    NotSignedIn: 401,
    SignInRefused: 401,
    Forbidden: 403,
    TooManyRequests: 429,
    IssuerUnavailable: 503,
    UnknownAccount: 404,
    InvalidAccount: 422,
    DataKeyMissing: 503,
    UnknownConsent: 404,
    InvalidConsent: 422,
    UnknownReview: 404,
    ReviewAnswered: 409,
}
"""The one table from error to HTTP status; a test holds it complete over all designed errors."""

CODES: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "请求无法读取", "请求无法读取；应为：完整的 HTTP 请求。请检查后重新发送。"),
    401: (
        "not_signed_in",
        "未登录",
        "没有登录，或凭证无效、已过期；应为：有效的会话或接口密钥。请重新登录，或更换密钥。",
    ),
    403: ("forbidden", "无权访问", "没有访问权限；应为：有权限的账号。请联系平台管理员。"),
    404: ("not_found", "未找到", "没有这个地址；应为：接口文档中的地址。请查看 /docs。"),
    405: (
        "method_not_allowed",
        "方法不支持",
        "该地址不支持这种请求方法；应为：响应头 Allow 所列的方法。请查看 /docs。",
    ),
    408: ("request_timeout", "请求超时", "请求内容没有按时发完；应为：及时发送。请检查网络后重试。"),
    409: ("conflict", "请求冲突", "与正在处理的请求冲突；应为：前一个请求已有结果。请稍后重试。"),
    413: ("payload_too_large", "内容过大", "请求内容过大；应为：不超过限额。请拆分后再发送。"),
    415: (
        "unsupported_media_type",
        "内容类型不支持",
        "请求的内容类型不支持；应为：接口文档所列的类型。请设置 Content-Type。",
    ),
    422: ("invalid_request", "内容不合规", "请求内容不合规；应为：接口文档所列的格式。请按 errors 逐项改正。"),
    429: ("too_many_requests", "请求过多", "请求过多；应为：不超过限额。请稍后重试。"),
    500: (
        "internal_error",
        "服务内部错误",
        "服务内部出错，请求没有完成；应为：正常处理。请稍后重试，并把请求编号告诉管理员。",
    ),
    503: ("unavailable", "暂时不可用", "服务暂时不可用；应为：正常服务。请稍后重试。"),
    507: (
        "insufficient_storage",
        "存储空间不足",
        "存储空间已满，这次写入没有保存；应为：磁盘有余量。请联系管理员清理或扩充磁盘后重试；查询不受影响。",
    ),
}
"""By status: the code, title and detail of a problem that has none of its own."""
RETRY_SECONDS: Mapping[str, str] = {KeyInFlight.code: "1"}
"""By code: when a client may try again (the header Retry-After); after any other 503 in `RETRY_UNAVAILABLE`."""
RETRY_UNAVAILABLE = "2"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request: where (a JSON pointer, or the name of a parameter), code, Chinese detail.

    Raises nothing; RFC 9457 shows the member `errors` with `pointer` and `detail` in its section 3.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def document(self) -> dict[str, str]:
        """Plain JSON; members that do not apply are absent."""
        parts = {"code": self.code, "detail": self.detail, "pointer": self.pointer, "parameter": self.parameter}
        return {name: scrubbed(part) for name, part in parts.items() if part is not None}


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as it goes over the wire: HTTP status, stable code, Chinese detail, single violations."""

    status: int
    code: str
    detail: str
    errors: tuple[Violation, ...] = ()
    retry_seconds: int | None = None

    @classmethod
    def of_status(cls, status: int) -> "Problem":
        """The problem that a bare HTTP status stands for."""
        code, _, detail = CODES.get(status, CODES[500 if status >= 500 else 400])
        return cls(status, code, detail)

    @classmethod
    def of_error(cls, error: MatcherError | ServiceError | Exception) -> "Problem":
        """The problem that a designed error stands for. Of a fault of ours (500) only the code is shown."""
        status = status_of(error)
        if status == 500:
            return cls(status, str(getattr(error, "code", CODES[500][0])), CODES[500][2])
        if isinstance(error, OSError):
            return cls.of_status(status)
        code, seconds = str(getattr(error, "code", CODES[status][0])), getattr(error, "retry_seconds", None)
        return cls(status, code, str(error), retry_seconds=seconds)

    def document(self, request_id: str = "") -> dict[str, Any]:
        """Plain JSON by RFC 9457 section 3; `request_id` is an extension member for the operator's log."""
        members: dict[str, Any] = {
            "type": f"urn:rongtong:problem:{self.code}",
            "title": CODES.get(self.status, CODES[500 if self.status >= 500 else 400])[1],
            "status": self.status,
            "code": self.code,
            "detail": scrubbed(self.detail),
        }
        if self.errors:
            members["errors"] = [violation.document() for violation in self.errors]
        if request_id:
            members["request_id"] = request_id
        return members

    def response(self, request_id: str = "", headers: Mapping[str, str] | None = None) -> Response:
        """The HTTP answer."""
        body = orjson.dumps(self.document(request_id))
        told = {"Content-Language": "zh-CN", **self._retry(), **self._ask(), **(headers or {})}
        return Response(body, self.status, headers=told, media_type=MEDIA_TYPE)

    def _retry(self) -> dict[str, str]:
        if self.retry_seconds is not None:
            return {"Retry-After": str(self.retry_seconds)}
        seconds = RETRY_SECONDS.get(self.code, RETRY_UNAVAILABLE if self.status == 503 else None)
        return {"Retry-After": seconds} if seconds else {}

    def _ask(self) -> dict[str, str]:
        """How to come in (RFC 9110 section 11.6.1); never `Basic`, for which a browser would ask by itself."""
        return {"WWW-Authenticate": 'Bearer realm="rongtong"'} if self.status == 401 else {}


MOST_NAMED = 500
"""So many places that are wrong are named in an answer: a body of a megabyte may hold a hundred thousand."""


class Refusal(HTTPException):
    """A request refused at the border, before the domain sees it. Passes through FastAPI's body reading unchanged."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        self.problem = problem
        super().__init__(problem.status, problem.detail, dict(headers) if headers else None)

    @classmethod
    def because(cls, status: int, code: str, *, found: str, expected: str, remedy: str) -> "Refusal":
        """A refusal in the three parts that every message here has, each Chinese and without a full stop."""
        return cls(Problem(status, code, f"{found}；应为：{expected}。{remedy}。"))

    @classmethod
    def violating(cls, errors: Sequence[Violation]) -> "Refusal":
        """A request that was read and is wrong in one or more places (422), of which the first many are named."""
        first = errors[0].detail if len(errors) == 1 else f"有 {len(errors)} 处不合规，请按 errors 逐项改正。"
        if len(errors) > MOST_NAMED:
            first = f"有 {len(errors)} 处不合规，errors 列出前 {MOST_NAMED} 处，请逐项改正。"
        return cls(Problem(422, CODES[422][0], first, tuple(errors[:MOST_NAMED])))


def status_of(error: Exception) -> int:
    """The HTTP status of a designed error; 507 for a full disk wherever it was met, 500 for what the table lacks."""
    if isinstance(error, OSError):
        return 507 if error.errno in _NO_ROOM else 500
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def scrubbed(text: str) -> str:
    """Text that any JSON reader takes: no lone surrogates, no control characters, of bounded length."""
    short = text if len(text) <= MAX_DETAIL else f"{text[:MAX_DETAIL]}…"
    valid = short.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else "�" for char in valid)
