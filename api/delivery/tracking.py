"""The pairs of a campaign with what became of them (跟踪): what funnels, reminders and the report are made from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from api.access.viewers import Viewer
from api.campaigns.planning import plan_of
from api.store.outcome_rows import History, Pair
from api.store.store import Store
from matcher.learning.funnel import Tracked
from matcher.learning.outcomes import success_of
from matcher.learning.promises import Promise, Reminder, reminders
from matcher.taxonomy import industries, regions


class Group(StrEnum):
    """What a funnel can be told apart by (分组)."""

    INSTITUTION = "institution"
    INDUSTRY = "industry"
    DISTRICT = "district"


GROUP_LABELS = {Group.INSTITUTION: "机构", Group.INDUSTRY: "行业门类", Group.DISTRICT: "地区"}


@dataclass(frozen=True, slots=True)
class Followed:
    """A pair that was pushed, with its history and what it is counted by."""

    pair: Pair
    tracked: Tracked

    @property
    def history(self) -> History:
        """What is known of it, in order."""
        return tuple(self.tracked.history)


@dataclass(frozen=True, slots=True)
class Late:
    """A pair and a promise that lapsed for it."""

    pair: Pair
    reminder: Reminder


def followed(store: Store, viewer: Viewer, campaign: str) -> list[Followed]:
    """Every pair of a campaign of which anything is known, replaced ones too, each under its own run's promise.

    Raises `UnknownCampaign`.
    """
    promises = promises_of(store, viewer, [campaign])
    histories = store.outcomes.histories(viewer, campaign)
    return [
        Followed(pair, Tracked(histories[pair.id], success_of(pair.kind), groups_of(pair), promises[pair.run_id]))
        for pair in store.outcomes.pairs(viewer, campaign)
        if pair.id in histories
    ]


def promises_of(store: Store, viewer: Viewer, campaigns: Iterable[str]) -> dict[str, Promise]:
    """What each run of some campaigns promised, by the plan that it was made with. Raises `UnknownCampaign`."""
    runs = [run for campaign in campaigns for run in store.campaigns.runs(viewer, campaign)]
    plans = {text: plan_of(text).promise for text in {run.plan for run in runs}}
    return {run.id: plans[run.plan] for run in runs}


def groups_of(pair: Pair) -> dict[str, str]:
    """What a pair is counted by, by the data that its run was frozen to; what is not known is absent."""
    groups = {Group.INSTITUTION.value: pair.provider}
    if pair.industry is not None:
        groups[Group.INDUSTRY.value] = industries.industry(industries.section(pair.industry)).name
    if pair.region is not None:
        groups[Group.DISTRICT.value] = regions.full_name(pair.region)
    return groups


def late(pairs: Iterable[Followed], today: date) -> Iterator[Late]:
    """What is late on a day, the latest first."""
    found = [
        Late(item.pair, reminder) for item in pairs for reminder in reminders(item.history, item.tracked.promise, today)
    ]
    yield from sorted(found, key=lambda item: (-item.reminder.late_days, item.pair.provider, item.pair.id))
