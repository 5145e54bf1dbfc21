"""The errors of `embeddings`: what was found, what was expected, what to do."""

from typing import ClassVar


class EmbeddingsError(Exception):
    """Base of every error that `embeddings` raises on purpose.

    The three parts are Chinese sentences without a closing full stop; `code` is stable and meant for machines.
    """

    code: ClassVar[str] = "embeddings_error"

    def __init__(self, *, found: str, expected: str, remedy: str) -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{found}；应为：{expected}。{remedy}。")


class InvalidEncoder(EmbeddingsError):
    """A model folder that is missing, incomplete or of another layout (编码模型不可用)."""

    code = "invalid_encoder"


class InvalidVectors(EmbeddingsError):
    """Positions or vectors of the wrong shape, type or number, or not finite; files that are no index (向量不合规)."""

    code = "invalid_vectors"


class SnapshotError(EmbeddingsError):
    """Base of what can be wrong with a snapshot; the remedy is always to rebuild it (快照不可用)."""

    code = "snapshot_error"


class SnapshotMissing(SnapshotError):
    """No snapshot has been written here (快照不存在)."""

    code = "snapshot_missing"


class SnapshotCorrupt(SnapshotError):
    """A snapshot with a torn, truncated or unreadable part, or of an unknown format (快照损坏)."""

    code = "snapshot_corrupt"


class SnapshotForeign(SnapshotError):
    """A snapshot made by another encoder; its vectors mean nothing to this one (快照来自其他编码模型)."""

    code = "snapshot_foreign"
