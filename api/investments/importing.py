"""Import a file of investments (导入投资记录): every row is accounted for, and importing twice changes nothing."""

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from api.access.viewers import Viewer
from api.exchange.identity import party_id
from api.exchange.importing import BATCH, MOST_EXAMPLES, ImportSummary
from api.exchange.investment_files import InvestmentFile, InvestmentOrigin, InvestmentRow, open_investments
from api.exchange.limits import DEFAULT_LIMITS, Limits
from api.exchange.problems import ProblemFile, RowResult
from api.investments.desk import InvestmentDesk
from api.store.store import Store
from api.store.upserting import UpsertCounts, chunks
from matcher.fields import PartyKind
from matcher.investments import Investment


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    rejected: int = 0
    doubtful: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[RowResult] = field(default_factory=list)

    def count(self, result: RowResult) -> None:
        self.rows += 1
        self.rejected += result.is_rejected
        self.doubtful += result.is_doubtful
        self.reasons.update(problem.code for problem in result.problems)
        if result.problems and len(self.examples) < MOST_EXAMPLES:
            self.examples.append(result)


def import_investments(  # noqa: PLR0913 - store, desk, asker and file are positional; the rest is named
    store: Store,
    desk: InvestmentDesk,
    viewer: Viewer,
    path: Path,
    origin: InvestmentOrigin,
    *,
    by: str,
    rejects: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ImportSummary:
    """Import a file, a batch at a time; new, changed and same count investments, the others rows.

    `rejects` is where rows with problems are written (made only if there are any). Raises `ImportRefused` for a file
    that is no table of investments, `UnknownParty` and `UnknownOffer` for an origin that is not the viewer's to name.
    """
    started = time.perf_counter()
    opened, tally = open_investments(path, origin, limits), _Tally()
    rows: list[InvestmentRow] = []
    with ExitStack() as stack:
        problems = stack.enter_context(ProblemFile(rejects, opened.table.headers)) if rejects else None
        for row in opened.rows():
            tally.count(row.result)
            rows.append(row)
            if problems is not None:
                problems.write(row.result)
    made = desk.resolved(viewer, _linked(store, viewer, rows), linked=True)
    counts = UpsertCounts()
    for batch in chunks(made, BATCH):
        counts += desk.put_many(viewer, batch, by=by, why=f"导入 {origin.source}")
    return _summary(opened, tally, counts, time.perf_counter() - started)


def _linked(store: Store, viewer: Viewer, rows: list[InvestmentRow]) -> list[Investment]:
    """The investments, their firms linked by credit code where that is on the platform."""
    platform = Viewer(viewer.tenant)
    ids = {row.credit_code: party_id(PartyKind.ENTERPRISE, "", {"credit_code": row.credit_code}) for row in rows}
    ids.pop("", None)
    known = store.parties.keys_of(platform, ids.values()) if ids else {}
    linked = {code: key for code, key in ids.items() if key in known}
    return [replace(item, party_id=linked.get(row.credit_code)) for row in rows for item in row.made]


def _summary(opened: InvestmentFile, tally: _Tally, counts: UpsertCounts, seconds: float) -> ImportSummary:
    return ImportSummary(
        rows=tally.rows,
        new=counts.new,
        changed=counts.changed,
        same=counts.same,
        doubtful=tally.doubtful,
        rejected=tally.rejected,
        merged=0,
        ignored_columns=opened.plan.ignored,
        notices=(*opened.table.notices, *opened.plan.notices),
        reasons=dict(tally.reasons.most_common()),
        examples=tuple(tally.examples),
        description=opened.table.description,
        seconds=seconds,
    )
