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
    """The database cannot be reached, is locked for too long, or its disk is full (数据库不可用)."""

    code = "store_unavailable"


class StoreIncompatible(ServiceError):
    """The database was written by another version of the service and cannot be brought to this one (版本不符)."""

    code = "store_incompatible"


class StoreDamaged(ServiceError):
    """A stored row that cannot be read back as what was written (数据损坏)."""

    code = "store_damaged"


class UnknownTenant(ServiceError):
    """No platform with this id (平台不存在)."""

    code = "unknown_tenant"


class ForeignTenant(ServiceError):
    """A write into a platform that the asker does not belong to (越权写入其他平台)."""

    code = "foreign_tenant"


class UnknownImport(ServiceError):
    """No import with this id (导入批次不存在)."""

    code = "unknown_import"


class ImportRefused(ServiceError):
    """A file that cannot be imported as a whole (文件无法导入); single bad rows are reported, not raised."""

    code = "import_refused"


class PayloadTooLarge(ServiceError):
    """A body or file over the limit (内容过大)."""

    code = "payload_too_large"
