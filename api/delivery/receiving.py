"""A returned list against what is known (回传登记): only what is new is added, and all of a file or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from api.access.viewers import Viewer
from api.delivery.filled import CellProblem, Slip
from api.delivery.headings import CODE, DAY, RESULT
from api.delivery.returns import FilledRow, Returned, read_return
from api.errors import ImportRefused, UnknownAssignment
from api.exchange.limits import DEFAULT_LIMITS, Limits
from api.store.campaigns import CampaignStore
from api.store.outcome_rows import History, OutcomeReport, ReportResult, ReportState
from api.store.outcomes import OutcomeStore
from api.store.store import Store

MOST_PROBLEMS = 1_000
"""So many problems are listed at most; all of them are counted."""
RETURNED_BY = "机构回传名单"


@dataclass(frozen=True, slots=True)
class ReturnReport:
    """What a returned list held and what became of it.

    `rows` bear an id; of those `said` something, `same` was known already, `added` is new. `written`: whether what is
    new was written; a file with problems, or a trial, writes nothing.
    """

    sheet: str
    rows: int
    said: int
    same: int
    added: int
    problem_count: int
    problems: tuple[CellProblem, ...]
    written: bool


@dataclass(frozen=True, slots=True)
class Receiving:
    """How a file is taken: who sends it, whether it is only tried, whether its good rows are taken without the rest."""

    by: str = RETURNED_BY
    dry: bool = False
    partial: bool = False
    limits: Limits = DEFAULT_LIMITS


def receive(
    store: Store, viewer: Viewer, campaign: str, path: Path, now: datetime, how: Receiving = Receiving()
) -> ReturnReport:
    """Read a returned list and add what is new.

    Raises `UnknownCampaign`, and `ImportRefused` for a file that is no list, or one of another campaign.
    """
    store.campaigns.get(viewer, campaign)
    return take(store, viewer, campaign, read_return(path, how.limits), now, how)


def take(
    store: Store, viewer: Viewer, campaign: str, returned: Returned, now: datetime, how: Receiving = Receiving()
) -> ReturnReport:
    """Add what is new in a list that was read, all of it or nothing unless `how` says otherwise.

    Raises `ImportRefused` for a list of another campaign.
    """
    histories = store.outcomes.histories_of(viewer, campaign, [row.code for row in returned.said])
    _check_campaign(store.campaigns, viewer, campaign, returned, histories)
    unknown = [row for row in returned.said if not _known(row, histories)]
    restated = [row for row in unknown if _restated(row, histories)]
    returned.problems += [_redated(returned.sheet, row) for row in restated]
    new = [row for row in unknown if not _restated(row, histories)] if restated else unknown
    reports = [OutcomeReport(row.code, row.filled.event(how.by, now), row.filled.day is not None) for row in new]
    writes = not how.dry and (how.partial or not returned.problems)
    results = _taken(store.outcomes, viewer, campaign, reports, now, writes=writes, whole=not how.partial)
    refused = [_problem(returned.sheet, row, result) for row, result in zip(new, results, strict=True) if result.error]
    problems = sorted([*returned.problems, *refused], key=lambda problem: problem.line)
    added = sum(result.state is ReportState.ADDED for result in results)
    return ReturnReport(
        sheet=returned.sheet,
        rows=returned.rows,
        said=len(returned.said),
        same=len(returned.said) - len(new) - len(restated),
        added=added,
        problem_count=len(problems),
        problems=tuple(problems[:MOST_PROBLEMS]),
        written=writes and (how.partial or not refused),
    )


def _taken(
    outcomes: OutcomeStore,
    viewer: Viewer,
    campaign: str,
    reports: Sequence[OutcomeReport],
    now: datetime,
    *,
    writes: bool,
    whole: bool,
) -> tuple[ReportResult, ...]:
    if writes:
        return outcomes.add(viewer, campaign, reports, now, whole=whole)
    return outcomes.judged(viewer, campaign, reports, now)


def _known(row: FilledRow, histories: dict[str, History]) -> bool:
    """Whether the row says what was said before: what was sent out with the list is in the history."""
    return any(row.filled.says(event) for event in histories.get(row.code, ()))


def _restated(row: FilledRow, histories: dict[str, History]) -> bool:
    """Whether the row says what was said before, of another day."""
    if row.filled.day is None:
        return False
    undated = replace(row.filled, day=None)
    return any(undated.says(event) for event in histories.get(row.code, ()))


def _redated(sheet: str, row: FilledRow) -> CellProblem:
    slip = Slip(
        f"结果与已登记的相同，而日期改为 {row.filled.day}",
        "已登记的日期，或新的结果",
        "已登记的反馈只增不改；登记有误的请联系平台",
    )
    return slip.at(sheet, row.line, DAY)


def _problem(sheet: str, row: FilledRow, result: ReportResult) -> CellProblem:
    error = result.error
    if error is None:
        raise ValueError("a report that was taken is no problem")
    column = CODE if "名单编号" in error.found else RESULT
    return Slip(error.found, error.expected, error.remedy).at(sheet, row.line, column)


def _check_campaign(
    campaigns: CampaignStore, viewer: Viewer, campaign: str, returned: Returned, histories: dict[str, History]
) -> None:
    """Say of a list of another campaign that it is one, instead of refusing it row by row."""
    if not returned.said or any(row.code in histories for row in returned.said):
        return
    try:
        other = campaigns.assignment(viewer, returned.said[0].code).campaign_id
    except UnknownAssignment:
        return
    if other != campaign:
        raise ImportRefused(
            found=f"活动“{campaigns.get(viewer, other).name}”（{other}）的名单",
            expected="本活动的名单",
            remedy="请上传到该活动，或选择本活动的名单",
        )
