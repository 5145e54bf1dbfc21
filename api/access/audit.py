"""The audit log (审计日志): who saw, exported or changed what of whom, when and for what, each row linked to the last.

A row's hash is the SHA-256 of its canonical JSON (sorted keys, no spaces, UTF-8) with the hash of the row before it,
one chain a platform, from 64 zeros. Changing, removing or putting in a row breaks every hash after it; cutting off the
end is seen by whoever keeps an earlier end (`rongtong audit verify` prints it). 网络数据安全管理条例: kept three years.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import orjson

from api.access.viewers import Viewer

FORMAT = 1
START = "0" * 64
"""The hash before the first row."""


class Action(StrEnum):
    """What was done (事项); others may be noted by their own names."""

    PARTY_OPENED = "party.opened"
    PARTY_WRITTEN = "party.written"
    PARTY_DELETED = "party.deleted"
    TAG_DELETED = "party.tag_deleted"
    TAG_RESTORED = "party.tag_restored"
    PARTIES_FOUND = "party.searched"
    PARTIES_IMPORTED = "party.imported"
    IMPORT_UNDONE = "party.import_undone"
    PROBLEMS_EXPORTED = "problems.exported"
    PROSPECTS_SEEN = "prospects.seen"
    LIST_SEEN = "list.seen"
    LIST_EXPORTED = "list.exported"
    LETTER_EXPORTED = "letter.exported"
    BUNDLE_EXPORTED = "bundle.exported"
    PAIR_SEEN = "pair.seen"
    RUN_APPROVED = "run.approved"
    RUN_DELIVERED = "run.delivered"
    CONSENT_GRANTED = "consent.granted"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    REVIEW_ASKED = "review.asked"
    REVIEW_ANSWERED = "review.answered"
    AUDIT_EXPORTED = "audit.exported"
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_RESET = "account.reset"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105  # what was done, no password
    KEY_ADDED = "key.added"
    KEY_REVOKED = "key.revoked"
    PIPELINE_WRITTEN = "pipeline.written"
    FUND_ENTERED = "fund.entered"
    DEAL_ENTERED = "deal.entered"
    INVESTMENT_WRITTEN = "investment.written"
    INVESTMENT_REMOVED = "investment.removed"
    INVESTMENTS_IMPORTED = "investments.imported"
    DUTY_DRAFTED = "duty.drafted"
    DUTY_SENT = "duty.sent"
    CARRIER_ENTERED = "carrier.entered"
    SCORECARD_EXPORTED = "scorecard.exported"
    MEASURES_WRITTEN = "measures.written"


ACTION_LABELS: Mapping[str, str] = {
    Action.PARTY_OPENED: "查看主体",
    Action.PARTY_WRITTEN: "写入主体",
    Action.PARTY_DELETED: "删除主体",
    Action.TAG_DELETED: "删除推断标签",
    Action.TAG_RESTORED: "恢复推断标签",
    Action.PARTIES_FOUND: "检索主体",
    Action.PARTIES_IMPORTED: "导入主体",
    Action.IMPORT_UNDONE: "撤销导入",
    Action.PROBLEMS_EXPORTED: "导出导入问题文件",
    Action.PROSPECTS_SEEN: "查看名单",
    Action.LIST_SEEN: "查看活动名单",
    Action.LIST_EXPORTED: "导出名单",
    Action.LETTER_EXPORTED: "导出告知书",
    Action.BUNDLE_EXPORTED: "导出活动档案",
    Action.PAIR_SEEN: "查看配对",
    Action.RUN_APPROVED: "批准名单",
    Action.RUN_DELIVERED: "送达名单",
    Action.CONSENT_GRANTED: "给出授权",
    Action.CONSENT_REFUSED: "不同意授权",
    Action.CONSENT_WITHDRAWN: "撤回授权",
    Action.REVIEW_ASKED: "申请人工复核",
    Action.REVIEW_ANSWERED: "答复人工复核",
    Action.AUDIT_EXPORTED: "导出审计日志",
    Action.ACCOUNT_ADDED: "新建账号",
    Action.ACCOUNT_DISABLED: "停用账号",
    Action.ACCOUNT_ENABLED: "启用账号",
    Action.ACCOUNT_RESET: "重置口令",
    Action.PASSWORD_CHANGED: "修改口令",
    Action.KEY_ADDED: "新建接口密钥",
    Action.KEY_REVOKED: "吊销接口密钥",
    Action.PIPELINE_WRITTEN: "写流程",
    Action.FUND_ENTERED: "登记基金账",
    Action.DEAL_ENTERED: "登记项目记录",
    Action.INVESTMENT_WRITTEN: "登记投资",
    Action.INVESTMENT_REMOVED: "移除投资记录",
    Action.INVESTMENTS_IMPORTED: "导入投资记录",
    Action.DUTY_DRAFTED: "导出报送草稿",
    Action.DUTY_SENT: "登记已报送",
    Action.CARRIER_ENTERED: "填报载体指标",
    Action.SCORECARD_EXPORTED: "导出载体评价报告",
    Action.MEASURES_WRITTEN: "上传评价办法",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row before it is linked: who (account, role, party), did what, to which parties, for what.

    `subjects` are ids of parties; `detail` is JSON that holds no personal data and no name.
    """

    tenant: str
    at: datetime
    account_id: str | None
    account: str
    role: str
    party_id: str | None
    action: str
    subjects: tuple[str, ...]
    purpose: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A linked row: its number from 1 on its platform, the hash before it, its own."""

    number: int
    entry: Entry
    subjects_digest: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a check of one platform's chain found: rows that hold, the chain's end, what is wrong first, if anything."""

    tenant: str
    rows: int
    head: str
    fault: str | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return self.fault is None


def entry_of(
    viewer: Viewer, action: str, at: datetime, subjects: Iterable[str], purpose: str, detail: Mapping[str, Any]
) -> Entry:
    """What a viewer did, as a row to be linked."""
    key = {} if viewer.key_id is None else {"api_key": viewer.key_id}
    return Entry(
        tenant=viewer.tenant,
        at=at.astimezone(UTC),
        account_id=viewer.account_id,
        account=viewer.name,
        role=viewer.role.value,
        party_id=viewer.party_id,
        action=str(action),
        subjects=tuple(subjects),
        purpose=purpose,
        detail={**plain(detail), **key},
    )


def linked(entry: Entry, number: int, previous: str) -> AuditRow:
    """The row as it stands after another."""
    digest = subjects_digest(entry.subjects)
    return AuditRow(number, entry, digest, previous, _hash(entry, number, digest, previous))


def subjects_digest(subjects: Sequence[str]) -> str:
    """SHA-256 of the ids in their order, one a line: a list is told by it without showing whom it holds."""
    return sha256("\n".join(subjects).encode("utf-8", "surrogatepass")).hexdigest()


def fault_of(row: AuditRow, number: int, previous: str) -> str | None:
    """What is wrong with a row that should be the given one; None where nothing is."""
    if row.number != number:
        return f"缺少第 {number} 条（接着是第 {row.number} 条）"
    if row.previous != previous:
        return f"第 {number} 条与前一条接不上"
    if linked(row.entry, number, previous) != row:
        return f"第 {number} 条的内容被改动"
    return None


def plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """A detail that every database gives back as it was: text, whole numbers, flags, null, lists, objects."""
    return {str(name): _plain(value) for name, value in detail.items()}


def _plain(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 2**53:
            return value
        case Mapping():
            return plain(value)
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in (value if isinstance(value, list | tuple) else sorted(value))]
        case _:
            return str(value)


def _hash(entry: Entry, number: int, digest: str, previous: str) -> str:
    document = {
        "format": FORMAT,
        "number": number,
        "tenant": entry.tenant,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "account_id": entry.account_id,
        "account": entry.account,
        "role": entry.role,
        "party_id": entry.party_id,
        "action": entry.action,
        "subjects": digest,
        "purpose": entry.purpose,
        "detail": entry.detail,
        "previous": previous,
    }
    return sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
