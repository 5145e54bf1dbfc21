"""The desk of duties (报送办理): what is due or late, what was done about it; see `matcher.dealflow.duties`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.access.viewers import Viewer
from api.errors import UnknownDuty
from api.store.duties import Done, DutyStep
from api.store.store import Store
from matcher.dealflow.duties import Duty, Occasion, built_in_duties, occasions
from matcher.dealflow.events import day_in_china
from matcher.errors import InvalidDeal

_FIRST_YEAR = 2018
"""No duty is older."""
_FUND_MANAGER = "fund."
"""Duties of a fund's manager: only a platform that runs a fund is asked for them."""


@dataclass(frozen=True, slots=True)
class DutySeen:
    """A duty for one period: `days_left` to the last day (below 0 past it), and what was done, in order."""

    occasion: Occasion
    days_left: int
    steps: tuple[DutyStep, ...]

    @property
    def sent(self) -> DutyStep | None:
        """The last time that it was sent."""
        return next((step for step in reversed(self.steps) if step.kind is Done.SENT), None)

    @property
    def late(self) -> bool:
        """Whether the last day has passed and it was not sent by then."""
        first = next((step for step in self.steps if step.kind is Done.SENT), None)
        return self.days_left < 0 if first is None else first.on > self.occasion.deadline.day


class DutyDesk:
    """What a platform must report. Any method may raise `StoreUnavailable`."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def due(self, viewer: Viewer, since: date, today: date, *, who: str | None = None) -> tuple[DutySeen, ...]:
        """Every duty whose period ended from `since` to `today`: those not sent first, the most urgent first."""
        done: dict[tuple[str, str], list[DutyStep]] = {}
        for step in self._store.duties.steps(viewer):
            done.setdefault((step.duty, step.period), []).append(step)
        found = [
            DutySeen(item, (item.deadline.day - today).days, tuple(done.get((duty.id, item.period), ())))
            for duty in self._asked(viewer)
            if who in {None, duty.who}
            for item in occasions(duty, since, today)
        ]
        return tuple(sorted(found, key=lambda item: (item.sent is not None, item.days_left, item.occasion.duty.id)))

    def coming(self, viewer: Viewer, today: date, until: date, *, who: str | None = None) -> tuple[DutySeen, ...]:
        """Every duty whose period has not ended and is due by a day, the next first: nothing can be sent of it yet."""
        found = [
            DutySeen(item, (item.deadline.day - today).days, ())
            for duty in self._asked(viewer)
            if who in {None, duty.who}
            for item in occasions(duty, today + timedelta(days=1), until)
            if item.deadline.day <= until
        ]
        return tuple(sorted(found, key=lambda item: (item.days_left, item.occasion.duty.id)))

    def one(self, viewer: Viewer, duty: str, period: str) -> DutySeen:
        """A duty for a period that has ended; raise `UnknownDuty`."""
        today = day_in_china(self._now())
        stated = built_in_duties().get(duty)
        year = int(period[:4]) if period[:4].isascii() and period[:4].isdigit() else 0
        known = stated is not None and _FIRST_YEAR <= year <= today.year
        ended = occasions(stated, date(year, 1, 1), date(year, 12, 31)) if stated is not None and known else ()
        for item in ended:
            if item.period == period and item.ended <= today:
                steps = [x for x in self._store.duties.steps(viewer) if (x.duty, x.period) == (duty, period)]
                return DutySeen(item, (item.deadline.day - today).days, tuple(steps))
        raise UnknownDuty(
            found=f"报送事项 {duty[:60]!a} 的期间 {period[:40]!a}",
            expected="GET /v1/duties 所列的事项，及已经结束的期间，如 2026年第三季度",
            remedy="请核对编号与期间",
        )

    def note(self, viewer: Viewer, seen: DutySeen, step: DutyStep) -> DutySeen:
        """Note a step about what was seen. Raises `InvalidDeal` for a day before the period's end or after today."""
        if not seen.occasion.ended <= step.on <= day_in_china(step.at):
            raise InvalidDeal(
                found=f"报送日期 {step.on}",
                expected=f"期间结束之日 {seen.occasion.ended} 至今天",
                remedy="请改正日期",
            )
        self._store.duties.add(viewer, step)
        return self.one(viewer, step.duty, step.period)

    def _asked(self, viewer: Viewer) -> list[Duty]:
        runs_funds = bool(self._store.deals.funds(viewer))
        return [duty for duty in built_in_duties().values() if runs_funds or not duty.id.startswith(_FUND_MANAGER)]
