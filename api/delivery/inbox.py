"""What an institution has received (收到的名单), as far as consent goes now, and what it says came of it.

Every pair is masked each time it is read: a consent that was withdrawn a moment ago shows nothing any more, also on a
list that was sent long before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.permissions import Permission, require
from api.access.viewers import Viewer
from api.clock import CHINA
from api.delivery.bundles import list_file
from api.delivery.file_names import safe_name
from api.delivery.filled import Filled
from api.delivery.lists import Item, lists_of, masked_for
from api.delivery.receiving import RETURNED_BY, Receiving, ReturnReport, take
from api.delivery.returns import read_return
from api.delivery.tracking import promises_of
from api.errors import ImportRefused
from api.store.outcome_rows import History, OutcomeReport, ReportResult
from api.store.received import ReceivedRow
from api.store.store import Store
from matcher.learning.funnel import Tracked
from matcher.learning.outcomes import OutcomeState, current, next_states, success_of
from matcher.learning.promises import Reminder, reminders
from matcher.offers import OfferKind
from matcher.taxonomy import industries, regions

MOST_AT_ONCE = 1_000
"""So many pairs may be answered together."""


@dataclass(frozen=True, slots=True)
class Received:
    """A pair that was sent to an institution, masked, and what is due on it."""

    row: ReceivedRow
    item: Item
    due: tuple[Reminder, ...]

    @property
    def kind(self) -> OfferKind:
        """The kind of the offer."""
        return OfferKind(self.item.kind)

    @property
    def state(self) -> OutcomeState:
        """How far it has come."""
        return current(self.row.history).state

    @property
    def history(self) -> History:
        """All that is known of it, in order."""
        return self.row.history

    @property
    def next(self) -> tuple[OutcomeState, ...]:
        """What may be said of it next; nothing of one that has left the list."""
        return next_states(self.state, self.kind) if self.row.standing else ()

    @property
    def tracked(self) -> Tracked:
        """What it is counted by: the offer, the industry and the district, which are open without consent."""
        return Tracked(self.history, success_of(self.kind), _groups(self.row))


@dataclass(frozen=True, slots=True)
class Said:
    """What an institution says of pairs; amounts in 万元, rates in % a year; `day` None is now."""

    state: OutcomeState
    reason: str = ""
    amount_wan: Decimal | None = None
    rate_pct: Decimal | None = None
    day: date | None = None


class Inbox:
    """Lists from the receiving side. Each method may raise `StoreUnavailable`, and `Forbidden`."""

    def __init__(self, store: Store, audit: Audit, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._audit = audit
        self._now = now

    def all(self, viewer: Viewer) -> tuple[Received, ...]:
        """All that was sent to the viewer's party and still stands, without grounds; noted in the audit log."""
        require(viewer, Permission.DELIVERY_READ)
        rows = [row for row in self._store.received.of(viewer) if row.standing]
        self._note(viewer, Action.LIST_SEEN, rows)
        return self._masked(viewer, rows, heads=True)

    def one(self, viewer: Viewer, key: str) -> Received:
        """One pair, also one that has left the list; noted in the audit log. Raises `UnknownAssignment`."""
        require(viewer, Permission.DELIVERY_READ)
        row = self._store.received.one(viewer, key)
        self._note(viewer, Action.PAIR_SEEN, [row])
        return self._masked(viewer, [row])[0]

    def see(self, viewer: Viewer, key: str) -> Received:
        """Open one pair: where it was only pushed so far, it is noted as viewed. Raises `UnknownAssignment`."""
        found = self.one(viewer, key)
        if found.state is not OutcomeState.PUSHED or not found.row.standing:
            return found
        self.say(viewer, [found], Said(OutcomeState.VIEWED))
        return self._masked(viewer, [self._store.received.one(viewer, key)])[0]

    def say(self, viewer: Viewer, pairs: Iterable[Received], said: Said) -> tuple[ReportResult, ...]:
        """Note what came of some pairs, each judged alone; in the order of campaigns, then of the pairs."""
        require(viewer, Permission.OUTCOME_WRITE)
        moment = self._now()
        by_campaign: dict[str, list[OutcomeReport]] = {}
        filled = Filled(said.state, said.reason.strip(), said.amount_wan, said.rate_pct, said.day)
        event = filled.event(viewer.name or viewer.party_id or viewer.role.value, moment)
        for pair in pairs:
            report = OutcomeReport(pair.row.row.id, event, said.day is not None)
            by_campaign.setdefault(pair.row.row.campaign_id, []).append(report)
        results: list[ReportResult] = []
        for campaign, reports in by_campaign.items():
            results += self._store.outcomes.add(viewer, campaign, reports, moment)
        return tuple(results)

    def workbook(self, viewer: Viewer, campaign: str, number: int) -> tuple[str, bytes]:
        """The list of one run as XLSX, to be filled in and handed back: its file's name and the workbook; noted.

        Raises `UnknownCampaign`, and `UnknownAssignment` where the viewer's party has no list in it.
        """
        require(viewer, Permission.DELIVERY_EXPORT)
        lists = lists_of(self._store, viewer, campaign, number)
        name, content = list_file(lists, viewer.party_id or "")
        rows = [row for row in self._store.received.of(viewer) if row.row.run_id == lists.delivery.run.id]
        self._note(viewer, Action.LIST_EXPORTED, rows)
        return safe_name(f"{lists.delivery.campaign.name}-{name}") + ".xlsx", content

    def hand_back(self, viewer: Viewer, path: Path, *, dry: bool = False) -> ReturnReport:
        """Read a list that was filled in and add what is new, all of the file or nothing; `dry` only tries.

        The campaign is found by the ids on the list. Raises `ImportRefused` for what is no list, and
        `UnknownAssignment` for a list that was not sent to the viewer's party.
        """
        require(viewer, Permission.OUTCOME_WRITE)
        returned = read_return(path)
        if not returned.said:
            raise ImportRefused(
                found="没有填写任何结果", expected="至少一行填了“结果”", remedy="请在下载的名单上填写后再上传"
            )
        campaign = self._store.received.one(viewer, returned.said[0].code).row.campaign_id
        how = Receiving(by=viewer.name or viewer.party_id or RETURNED_BY, dry=dry)
        return take(self._store, viewer, campaign, returned, self._now(), how)

    def _masked(self, viewer: Viewer, rows: Sequence[ReceivedRow], *, heads: bool = False) -> tuple[Received, ...]:
        if viewer.party_id is None:
            return ()
        items = [Item(row.row, {}, row.history) for row in rows]
        today = self._now().astimezone(CHINA).date()
        promises = promises_of(self._store, viewer, {row.row.campaign_id for row in rows})
        shown = masked_for(self._store, viewer, viewer.party_id, items, heads=heads)
        return tuple(
            Received(row, item, reminders(row.history, promises[row.row.run_id], today) if row.standing else ())
            for row, item in zip(rows, shown, strict=True)
        )

    def _note(self, viewer: Viewer, action: Action, rows: Sequence[ReceivedRow]) -> None:
        if rows:
            detail = {"campaigns": sorted({row.row.campaign_id for row in rows})}
            subjects = list(dict.fromkeys(row.row.seeker_id for row in rows))
            self._audit.note(viewer, action, subjects=subjects, purpose="办理收到的名单", detail=detail)


OFFER, INDUSTRY, DISTRICT = "offer", "industry", "district"
"""What the funnel of an institution can be told apart by."""


def _groups(received: ReceivedRow) -> dict[str, str]:
    match = received.row.match
    profile = match.get("profile") or {}
    groups = {OFFER: str(match["offer"]["name"])}
    if "industry" in profile:
        code = str(profile["industry"]["value"])
        groups[INDUSTRY] = industries.industry(industries.section(code)).name
    if "region" in profile:
        groups[DISTRICT] = regions.full_name(str(profile["region"]["value"]))
    return groups
