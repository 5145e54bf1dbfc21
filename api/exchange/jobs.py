"""A job (任务) as JSON, with how fast it goes and how long it still takes."""

from datetime import datetime

from api.exchange.documents import Document
from api.store.jobs import Job, JobState

JOB_STATE_LABELS = {
    JobState.QUEUED: "等待",
    JobState.RUNNING: "进行中",
    JobState.DONE: "完成",
    JobState.FAILED: "失败",
    JobState.CANCELLED: "已取消",
}


def job_document(job: Job) -> Document:
    """All that an asker may see of a job; what is not known is null."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state.value,
        "label": JOB_STATE_LABELS[job.state],
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "per_second": rate_of(job),
        "seconds_left": seconds_left(job),
        "attempts": job.attempts,
        "cancel_asked": job.cancel_asked,
        "request_id": job.request_id,
        "created": job.created.isoformat(),
        "started": _said(job.started),
        "updated": job.updated.isoformat(),
        "finished": _said(job.finished),
        "result": None if job.result is None else dict(job.result),
        "error": None if job.error is None else dict(job.error),
    }


def rate_of(job: Job) -> float | None:
    """Units of work a second in the present attempt; None before its first step."""
    if job.started is None or job.done <= job.resumed_at:
        return None
    seconds = ((job.finished or job.updated) - job.started).total_seconds()
    return round((job.done - job.resumed_at) / seconds, 1) if seconds > 0 else None


def seconds_left(job: Job) -> float | None:
    """How long the rest takes at that rate; None where it cannot be told, or nothing runs."""
    rate = rate_of(job)
    if job.state is not JobState.RUNNING or job.total is None or not rate:
        return None
    return round(max(0, job.total - job.done) / rate, 1)


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
