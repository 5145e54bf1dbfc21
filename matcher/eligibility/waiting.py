"""What time alone cures (届时自动满足): ages grow, certificates run out; nothing else moves with the day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from matcher.declarations.registry import REGISTRY
from matcher.derivation import age_years, at_date, derive
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Leaf
from matcher.eligibility.results import Finding, State
from matcher.parties import Values

HORIZON_YEARS = 100
"""Nothing is awaited for longer than this."""


def turning_days(leaves: Iterable[Leaf], values: Values, at: date, until: date | None = None) -> tuple[date, ...]:
    """Give the days after `at`, up to `until`, on which a condition may change by time alone, in order.

    `values` are a party's own or dated ones. An age turns on the day that it reaches the threshold and, for a value
    that is between two days, the next one; a certificate turns on the day after its last (有效期届满次日).
    """
    last = until or _last_day(at)
    days = {day for leaf in leaves for day in _turns(leaf, values, at)}
    return tuple(sorted(day for day in days if at < day <= last))


def cured_on(leaf: Leaf, values: Values, at: date, *, wanted: State = State.MET) -> date | None:
    """Give the first day after `at` on which time alone brings a condition into the wanted state, None where none does.

    `age_years >= 3` of a firm founded on 2024-03-12 is met from 2027-03-12. Under an exclusion ask for `UNMET`.
    """
    known = derive(values)
    if compare(leaf, at_date(known, at).get(leaf.field)) is wanted:
        return None
    days = turning_days((leaf,), values, at)
    return next((day for day in days if compare(leaf, at_date(known, day).get(leaf.field)) is wanted), None)


def finding_cured_on(finding: Finding, values: Values, at: date) -> date | None:
    """Give the day on which an unmet finding will be met by waiting, None where waiting does not help.

    A finding under an exclusion (不得存在) is cured when its condition no longer holds.
    """
    if finding.state is not State.UNMET:
        return None
    excluded = compare(finding.leaf, finding.value) is State.MET
    return cured_on(finding.leaf, values, at, wanted=State.UNMET if excluded else State.MET)


def _turns(leaf: Leaf, values: Values, at: date) -> Iterator[date]:
    founded = values.get("founded_on")
    if leaf.field == "age_years" and isinstance(founded, date) and isinstance(leaf.value, int | Decimal):
        yield from _age_turns(founded, Decimal(leaf.value), at)
    valid_to = None if leaf.field not in REGISTRY else REGISTRY[leaf.field].valid_to
    ends = values.get(valid_to or "")
    if isinstance(ends, date) and ends < date.max:
        yield ends + timedelta(days=1)


def _age_turns(founded: date, threshold: Decimal, at: date) -> Iterator[date]:
    """The first day on which the age is at least the threshold, and the first on which it is more."""
    first, last = at.toordinal(), _last_day(at).toordinal()
    for reached in (threshold, threshold.next_plus()):
        low, high = first, last
        while low < high:
            middle = (low + high) // 2
            if age_years(founded, date.fromordinal(middle)) >= reached:
                high = middle
            else:
                low = middle + 1
        yield date.fromordinal(low)


def _last_day(at: date) -> date:
    return date(min(at.year + HORIZON_YEARS, date.max.year), 12, 31)
