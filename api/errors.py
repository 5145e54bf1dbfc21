"""The errors of the service: what was found, what was expected, what to do. None of them knows HTTP."""

from typing import ClassVar


class ServiceError(Exception):
    """Base of every error that `api` raises on purpose.

    Shaped like `matcher.errors.MatcherError`: the three parts are Chinese sentences without a closing full stop,
    `code` is stable and meant for machines.
    """

    code: ClassVar[str] = "service_error"

    def __init__(self, *, found: str, expected: str, remedy: str) -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{found}；应为：{expected}。{remedy}。")


class InvalidSettings(ServiceError):
    """A setting that the service cannot start with (配置不合规)."""

    code = "invalid_settings"


class StoreUnavailable(ServiceError):
    """The database cannot be reached or is locked for too long (数据库不可用); later it may be well again."""

    code = "store_unavailable"


class StoreFull(ServiceError):
    """No room left to write in (存储空间不足): nothing of the write was kept, and reads go on."""

    code = "insufficient_storage"


class StoreIncompatible(ServiceError):
    """The database was written by another version of the service and cannot be brought to this one (版本不符)."""

    code = "store_incompatible"


class StoreDamaged(ServiceError):
    """A stored row that cannot be read back as what was written (数据损坏)."""

    code = "store_damaged"


class FeedPruned(ServiceError):
    """Changes were asked for that the feed no longer holds (变更记录已清理): what is derived must be rebuilt whole."""

    code = "feed_pruned"


class KeyInFlight(ServiceError):
    """A request with the same Idempotency-Key has not been answered yet (幂等键正在处理)."""

    code = "idempotency_key_in_flight"


class KeyReused(ServiceError):
    """An Idempotency-Key that came before, with another request (幂等键已用于其他请求)."""

    code = "idempotency_key_reused"


class UnknownTenant(ServiceError):
    """No platform with this id (平台不存在)."""

    code = "unknown_tenant"


class ForeignTenant(ServiceError):
    """A write into a platform that the asker does not belong to (越权写入其他平台)."""

    code = "foreign_tenant"


class UnknownImport(ServiceError):
    """No import with this id (导入批次不存在)."""

    code = "unknown_import"


class UnknownJob(ServiceError):
    """No job with this id (任务不存在)."""

    code = "unknown_job"


class LeaseLost(ServiceError):
    """A worker wrote for a job that another one has taken up meanwhile (任务已由他人接手); nothing was written."""

    code = "lease_lost"


class ImportRefused(ServiceError):
    """A file that cannot be imported as a whole (文件无法导入); single bad rows are reported, not raised."""

    code = "import_refused"


class PayloadTooLarge(ServiceError):
    """A body or file over the limit (内容过大)."""

    code = "payload_too_large"


class BackupRefused(ServiceError):
    """A backup that is incomplete, altered or of a later version, or a place that is not empty (备份或目标不可用)."""

    code = "backup_refused"


class BackupFailed(ServiceError):
    """A backup or a restore that could not be written to its end; nothing half is left (备份或恢复未完成)."""

    code = "backup_failed"


class IndexLoading(ServiceError):
    """The index of parties is still being opened or built; what needs no parties answers meanwhile (索引载入中)."""

    code = "index_loading"


class IndexFailed(ServiceError):
    """The index could not be built or merged; the one before it stays (索引未能建成)."""

    code = "index_failed"


class UnknownNeed(ServiceError):
    """No posted need with this id (需求不存在)."""

    code = "unknown_need"


class UnknownDeal(ServiceError):
    """No deal or fund with this id on this platform (项目或基金不存在)."""

    code = "unknown_deal"


class UnknownDuty(ServiceError):
    """No duty to report with this id, or none for this period yet (报送事项不存在)."""

    code = "unknown_duty"


class UnknownMeasures(ServiceError):
    """No measures of carriers with this version on the platform (评价办法不存在)."""

    code = "unknown_measures"


class UnknownInvestment(ServiceError):
    """An investment that is not there or that the asker may not see (投资记录不存在)."""

    code = "unknown_investment"


class UnknownPipeline(ServiceError):
    """No pipeline with this id or version on this platform (流程不存在)."""

    code = "unknown_pipeline"


class UnknownCampaign(ServiceError):
    """No campaign, or no run of it, with this id (活动不存在)."""

    code = "unknown_campaign"


class UnknownAssignment(ServiceError):
    """No assignment with this id (名单编号不存在)."""

    code = "unknown_assignment"


class WrongCampaignState(ServiceError):
    """A step that a campaign or its run is not ready for, or is past (活动状态不符)."""

    code = "campaign_state"


class NotSignedIn(ServiceError):
    """No credential, or one that is not (or no longer) good (未登录或凭证无效); why is not told."""

    code = "not_signed_in"


class SignInRefused(ServiceError):
    """A sign-in that failed (登录失败): the same words for an unknown login, a wrong password and a locked account."""

    code = "sign_in_refused"


class Forbidden(ServiceError):
    """Somebody known who may not do this (没有权限)."""

    code = "forbidden"


class TooManyRequests(ServiceError):
    """More requests than the account, key or platform is allowed (请求过多); `retry_seconds` says when to come back."""

    code = "too_many_requests"

    def __init__(self, *, found: str, expected: str, remedy: str, retry_seconds: int = 1) -> None:
        self.retry_seconds = retry_seconds
        super().__init__(found=found, expected=expected, remedy=remedy)


class IssuerUnavailable(ServiceError):
    """The OIDC issuer does not answer, or not as one (身份服务不可用); passwords and keys go on working."""

    code = "issuer_unavailable"


class UnknownAccount(ServiceError):
    """No account, session or API key with this id that the asker may see (账号、会话或密钥不存在)."""

    code = "unknown_account"


class InvalidAccount(ServiceError):
    """An account, password, key or platform that cannot be made as asked (账号内容不合规)."""

    code = "invalid_account"


class DataKeyMissing(ServiceError):
    """Personal data that was sealed with a key which is not here (缺少数据密钥)."""

    code = "data_key_missing"


class UnknownConsent(ServiceError):
    """No consent with this id that the asker may see (授权不存在)."""

    code = "unknown_consent"


class InvalidConsent(ServiceError):
    """A consent that cannot be given or changed as asked (授权内容不合规)."""

    code = "invalid_consent"


class UnknownReview(ServiceError):
    """No request for a human review with this id that the asker may see (人工复核不存在)."""

    code = "unknown_review"


class ReviewAnswered(ServiceError):
    """A human review that has its answer already (人工复核已答复)."""

    code = "review_answered"
