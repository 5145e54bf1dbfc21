"""Funnels (漏斗): how far matches came, how much money, why refused; for all and by institution, industry, district."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from matcher.learning.outcomes import Event, OutcomeState, current, reached
from matcher.learning.promises import Promise, kept
from matcher.taxonomy.calendars import working_days_between

STEPS = (
    OutcomeState.PUSHED,
    OutcomeState.VIEWED,
    OutcomeState.ACCEPTED,
    OutcomeState.CONTACTED,
    OutcomeState.APPROVED,
)
_BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Tracked:
    """A match that was pushed: its history, the state that it is after, what it is counted by (机构、行业、区县).

    `promise` is what was promised of it by the plan under which it was pushed.
    """

    history: Sequence[Event]
    success: OutcomeState
    groups: Mapping[str, str] = field(default_factory=dict)
    promise: Promise = field(default_factory=Promise)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of matches that came at least as far as each step; sums and means over those that succeeded.

    `amount_wan` sums what was funded or invested, where that is known for `amounts_known` of `succeeded`; `rate_pct`
    is the mean of known rates weighted by amount; `days_to_decide` the median in working days. None: not known.
    """

    steps: Mapping[OutcomeState, int]
    succeeded: int
    refused: int
    withdrawn: int
    refusal_reasons: Mapping[str, int]
    amount_wan: Decimal | None
    amounts_known: int
    rate_pct: Decimal | None
    days_to_decide: float | None
    promises_kept: Mapping[OutcomeState, tuple[int, int]]

    def share(self, state: OutcomeState) -> float | None:
        """The share (0 to 1) of pushed matches that came as far as a step; None where none was pushed."""
        pushed = self.steps[OutcomeState.PUSHED]
        return self.steps[state] / pushed if pushed else None


def funnel(matches: Iterable[Tracked]) -> Funnel:
    """Count matches; those without a history were not pushed and do not count."""
    pushed = [match for match in matches if match.history]
    histories = [match.history for match in pushed]
    last = [current(history) for history in histories]
    done = [event for match, event in zip(pushed, last, strict=True) if event.state is match.success]
    amounts = [event.amount_wan for event in done if event.amount_wan is not None]
    days = [taken for history in histories if (taken := _days_to_decide(history)) is not None]
    return Funnel(
        steps={step: sum(reached(history, step) is not None for history in histories) for step in STEPS},
        succeeded=len(done),
        refused=sum(event.state is OutcomeState.REFUSED for event in last),
        withdrawn=sum(event.state is OutcomeState.WITHDRAWN for event in last),
        refusal_reasons=dict(
            Counter(event.reason for event in last if event.state is OutcomeState.REFUSED).most_common()
        ),
        amount_wan=sum(amounts, Decimal(0)) if amounts else None,
        amounts_known=len(amounts),
        rate_pct=_mean_rate(done),
        days_to_decide=median(days) if days else None,
        promises_kept=_promises(pushed),
    )


def by_group(matches: Iterable[Tracked], group: str) -> dict[str, Funnel]:
    """A funnel for each value of a group, the largest first; what has no value stands under the empty string."""
    sorted_out: dict[str, list[Tracked]] = {}
    for match in matches:
        if match.history:
            sorted_out.setdefault(match.groups.get(group, ""), []).append(match)
    ordered = sorted(sorted_out.items(), key=lambda item: (-len(item[1]), item[0]))
    return {value: funnel(members) for value, members in ordered}


def _mean_rate(done: Iterable[Event]) -> Decimal | None:
    """By amount, over those where both are known; to 0.01 of a percentage point."""
    known = [(event.amount_wan, event.rate_pct) for event in done if event.amount_wan and event.rate_pct is not None]
    total = sum((amount for amount, _ in known), Decimal(0))
    if not total:
        return None
    weighted = sum((amount * rate for amount, rate in known), Decimal(0))
    return (weighted / total).quantize(Decimal("0.01"))


def _days_to_decide(history: Sequence[Event]) -> int | None:
    decided = reached(history, OutcomeState.APPROVED)
    if decided is None and current(history).state is OutcomeState.REFUSED:
        decided = current(history).at
    if decided is None:
        return None
    return working_days_between(history[0].at.astimezone(_BEIJING).date(), decided.astimezone(_BEIJING).date())


def _promises(pushed: Sequence[Tracked]) -> dict[OutcomeState, tuple[int, int]]:
    """For each promised state how many kept it, of how many that can be judged."""
    found: dict[OutcomeState, tuple[int, int]] = {}
    answers = [kept(match.history, match.promise) for match in pushed]
    for state, _ in Promise().steps():
        judged = [answer[state] for answer in answers if answer[state] is not None]
        found[state] = (sum(bool(answer) for answer in judged), len(judged))
    return found
