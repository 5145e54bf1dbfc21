"""Who may do what, and on which rows (权限表): one table of permission by role. It knows neither HTTP nor SQL.

The store narrows its queries by the reach that a viewer has; `docs/access.md` shows this table.
"""

from collections.abc import Mapping
from enum import StrEnum

from api.access.viewers import ROLE_LABELS, Role, Viewer
from api.errors import Forbidden


class Permission(StrEnum):
    """One thing that one may do (权限), grouped by resource."""

    MATCH_ASK = "match.ask"
    PROSPECT_READ = "prospect.read"
    PARTY_READ = "party.read"
    PARTY_SEARCH = "party.search"
    PARTY_WRITE = "party.write"
    PARTY_DELETE = "party.delete"
    PARTY_IMPORT = "party.import"
    OFFER_READ = "offer.read"
    OFFER_WRITE = "offer.write"
    FIELD_READ = "field.read"
    CAMPAIGN_READ = "campaign.read"
    CAMPAIGN_WRITE = "campaign.write"
    CAMPAIGN_APPROVE = "campaign.approve"
    DELIVERY_READ = "delivery.read"
    DELIVERY_EXPORT = "delivery.export"
    DELIVERY_BUNDLE = "delivery.bundle"
    OUTCOME_READ = "outcome.read"
    OUTCOME_WRITE = "outcome.write"
    NEED_READ = "need.read"
    NEED_POST = "need.post"
    NEED_CLAIM = "need.claim"
    CONSENT_READ = "consent.read"
    CONSENT_GRANT = "consent.grant"
    REVIEW_ASK = "review.ask"
    REVIEW_READ = "review.read"
    REVIEW_ANSWER = "review.answer"
    ACCOUNT_SELF = "account.self"
    ACCOUNT_MANAGE = "account.manage"
    KEY_MANAGE = "key.manage"
    AUDIT_READ = "audit.read"
    JOB_READ = "job.read"
    JOB_CANCEL = "job.cancel"
    DEAL_READ = "deal.read"
    DEAL_WRITE = "deal.write"
    INVESTMENT_READ = "investment.read"
    INVESTMENT_WRITE = "investment.write"
    DUTY_READ = "duty.read"
    DUTY_WRITE = "duty.write"
    CARRIER_READ = "carrier.read"
    CARRIER_WRITE = "carrier.write"
    MEASURES_WRITE = "measures.write"
    METRICS_READ = "metrics.read"
    PLATFORM_READ = "platform.read"
    PLATFORM_MANAGE = "platform.manage"


PERMISSION_LABELS: Mapping[Permission, str] = {
    Permission.MATCH_ASK: "问匹配：为主体或一段话推荐资源",
    Permission.PROSPECT_READ: "看一项资源的企业名单",
    Permission.PARTY_READ: "看主体",
    Permission.PARTY_SEARCH: "检索主体",
    Permission.PARTY_WRITE: "写主体",
    Permission.PARTY_DELETE: "删除主体",
    Permission.PARTY_IMPORT: "批量导入、写入主体",
    Permission.OFFER_READ: "看资源",
    Permission.OFFER_WRITE: "写资源",
    Permission.FIELD_READ: "看字段表",
    Permission.CAMPAIGN_READ: "看对接活动",
    Permission.CAMPAIGN_WRITE: "建、运行、关闭对接活动",
    Permission.CAMPAIGN_APPROVE: "批准名单",
    Permission.DELIVERY_READ: "看送达的名单",
    Permission.DELIVERY_EXPORT: "导出机构的名单",
    Permission.DELIVERY_BUNDLE: "导出总名单、告知书、活动档案与报告",
    Permission.OUTCOME_READ: "看反馈",
    Permission.OUTCOME_WRITE: "登记反馈",
    Permission.NEED_READ: "看限额需求",
    Permission.NEED_POST: "发布、撤回限额需求",
    Permission.NEED_CLAIM: "接单、退出接单",
    Permission.CONSENT_READ: "看授权",
    Permission.CONSENT_GRANT: "给出、撤回授权",
    Permission.REVIEW_ASK: "申请人工复核",
    Permission.REVIEW_READ: "看人工复核",
    Permission.REVIEW_ANSWER: "答复人工复核",
    Permission.ACCOUNT_SELF: "管自己的口令与会话",
    Permission.ACCOUNT_MANAGE: "管账号",
    Permission.KEY_MANAGE: "管接口密钥",
    Permission.AUDIT_READ: "看审计日志",
    Permission.JOB_READ: "看任务",
    Permission.JOB_CANCEL: "取消任务",
    Permission.DEAL_READ: "看项目、基金与流程",
    Permission.DEAL_WRITE: "办理项目、登记基金账、写流程",
    Permission.INVESTMENT_READ: "看投资记录",
    Permission.INVESTMENT_WRITE: "登记、更正、移除、导入投资记录",
    Permission.DUTY_READ: "看报送事项与草稿",
    Permission.DUTY_WRITE: "出报送草稿、登记已报送",
    Permission.CARRIER_READ: "看载体评价",
    Permission.CARRIER_WRITE: "填报载体指标",
    Permission.MEASURES_WRITE: "上传本平台的评价办法",
    Permission.METRICS_READ: "看运行指标（仅本机所属平台）",
    Permission.PLATFORM_READ: "看上下级平台及其共享",
    Permission.PLATFORM_MANAGE: "管平台设置与向上共享",
}
"""What a permission is called."""


class Reach(StrEnum):
    """Which rows a permission reaches (范围).

    `own`: those of the viewer's party. `shared`: those, and what was delivered or consented to that party. `tenant`:
    all of the platform, and for reading what the platforms below it share.
    """

    NONE = "none"
    OWN = "own"
    SHARED = "shared"
    TENANT = "tenant"


REACH_LABELS: Mapping[Reach, str] = {
    Reach.NONE: "—",
    Reach.OWN: "自己的",
    Reach.SHARED: "与自己有关的",
    Reach.TENANT: "本平台",
}
"""What a reach is called."""
_ROLES = (
    Role.OPERATOR,
    Role.ADMIN,
    Role.ENTERPRISE,
    Role.INSTITUTION,
    Role.CARRIER,
    Role.LEAD_FIRM,
    Role.AUDITOR,
)
_LETTERS = {"-": Reach.NONE, "o": Reach.OWN, "s": Reach.SHARED, "t": Reach.TENANT}


def _row(letters: str) -> Mapping[Role, Reach]:
    return dict(zip(_ROLES, (_LETTERS[letter] for letter in letters.split()), strict=True))


# operator admin enterprise institution carrier lead_firm auditor: none own shared tenant
TABLE: Mapping[Permission, Mapping[Role, Reach]] = {
    Permission.MATCH_ASK: _row("t t o - o o -"),
    Permission.PROSPECT_READ: _row("t t - o o o -"),
    Permission.PARTY_READ: _row("t t o s s s -"),
    Permission.PARTY_SEARCH: _row("t t - - - - -"),
    Permission.PARTY_WRITE: _row("t t o o o o -"),
    Permission.PARTY_DELETE: _row("t t - - - - -"),
    Permission.PARTY_IMPORT: _row("t t - - - - -"),
    Permission.OFFER_READ: _row("t t t t t t t"),
    Permission.OFFER_WRITE: _row("t t - o o o -"),
    Permission.FIELD_READ: _row("t t t t t t t"),
    Permission.CAMPAIGN_READ: _row("t t - - - - -"),
    Permission.CAMPAIGN_WRITE: _row("t t - - - - -"),
    Permission.CAMPAIGN_APPROVE: _row("t t - - - - -"),
    Permission.DELIVERY_READ: _row("t t - s s s -"),
    Permission.DELIVERY_EXPORT: _row("t t - s s s -"),
    Permission.DELIVERY_BUNDLE: _row("t t - - - - -"),
    Permission.OUTCOME_READ: _row("t t o s s s -"),
    Permission.OUTCOME_WRITE: _row("t t - s s s -"),
    Permission.NEED_READ: _row("t t o s s s -"),
    Permission.NEED_POST: _row("t t o - o o -"),
    Permission.NEED_CLAIM: _row("t t - o o o -"),
    Permission.CONSENT_READ: _row("t t o s s s -"),
    Permission.CONSENT_GRANT: _row("- - o - o o -"),
    Permission.REVIEW_ASK: _row("- - o o o o -"),
    Permission.REVIEW_READ: _row("t t o o o o -"),
    Permission.REVIEW_ANSWER: _row("t t - - - - -"),
    Permission.ACCOUNT_SELF: _row("o o o o o o o"),
    Permission.ACCOUNT_MANAGE: _row("- t - - - - -"),
    Permission.KEY_MANAGE: _row("o t o o o o o"),
    Permission.AUDIT_READ: _row("- t o - - - t"),
    Permission.JOB_READ: _row("t t - - - - -"),
    Permission.JOB_CANCEL: _row("t t - - - - -"),
    Permission.DEAL_READ: _row("t t - - - - -"),
    Permission.DEAL_WRITE: _row("t t - - - - -"),
    Permission.INVESTMENT_READ: _row("t t - o o o -"),
    Permission.INVESTMENT_WRITE: _row("t t - o o o -"),
    Permission.DUTY_READ: _row("t t - - - - -"),
    Permission.DUTY_WRITE: _row("t t - - - - -"),
    Permission.CARRIER_READ: _row("t t - - o - -"),
    Permission.CARRIER_WRITE: _row("t t - - o - -"),
    Permission.MEASURES_WRITE: _row("t t - - - - -"),
    Permission.METRICS_READ: _row("t t - - - - -"),
    Permission.PLATFORM_READ: _row("t t - - - - -"),
    Permission.PLATFORM_MANAGE: _row("- t - - - - -"),
}
"""The one table. A permission that is not in it does not exist; a test holds that it names each, for each role."""


def may(viewer: Viewer, permission: Permission) -> Reach:
    """Give which rows `viewer` may do this to; `Reach.NONE` where they may not.

    A key's scope narrows the role. The doors ask this; the store asks `reach_of`.
    """
    if viewer.scope is not None and permission.value not in viewer.scope:
        return Reach.NONE
    return reach_of(viewer, permission)


def reach_of(viewer: Viewer, permission: Permission) -> Reach:
    """Give which rows `viewer` reaches by role alone: a key that may only ask for matches still needs its own party.

    Whoever acts for a party but has none reaches nothing.
    """
    reach = TABLE[permission][viewer.role]
    if reach in _OF_A_PARTY and viewer.party_id is None and permission not in _OF_AN_ACCOUNT:
        return Reach.NONE
    return reach


def require(viewer: Viewer, permission: Permission) -> Reach:
    """Give the reach of a permission; raise `Forbidden` where there is none."""
    reach = may(viewer, permission)
    if reach is Reach.NONE:
        raise Forbidden(
            found=_lack(viewer, permission),
            expected=f"有此权限的角色（{_holders(permission)}）",
            remedy="请联系平台管理员调整账号或密钥的权限",
        )
    return reach


ONLY_PASSWORD = frozenset({Permission.ACCOUNT_SELF.value})
"""What a session may do whose password must be changed first."""
_OF_A_PARTY = frozenset({Reach.OWN, Reach.SHARED})
_OF_AN_ACCOUNT = frozenset({Permission.ACCOUNT_SELF, Permission.KEY_MANAGE})


def _lack(viewer: Viewer, permission: Permission) -> str:
    """What is missing: the role's right, the scope's, or a party to act for."""
    label = PERMISSION_LABELS[permission]
    if TABLE[permission][viewer.role] is Reach.NONE:
        return f"角色“{ROLE_LABELS[viewer.role]}”没有权限“{label}”"
    if viewer.scope == ONLY_PASSWORD:
        return "口令是一次性的，须先修改"
    if viewer.scope is not None and permission.value not in viewer.scope:
        return f"这把密钥或这次登录的范围不含“{label}”（{permission.value}）"
    return f"账号没有关联主体，不能“{label}”"


def _holders(permission: Permission) -> str:
    return "、".join(ROLE_LABELS[role] for role, reach in TABLE[permission].items() if reach is not Reach.NONE)
