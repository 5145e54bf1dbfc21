"""Questions about a run (为什么没有、与上次对比), answered from what it kept, not from how things are now."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from api.access.viewers import Viewer
from api.campaigns.lists import matches_of
from api.campaigns.running import Inputs, Outcome, Runner, rows_of
from api.errors import WrongCampaignState
from api.store.campaign_rows import DECIDED, STANDING, AssignmentStatus, Run
from matcher.campaigns.comparison import Comparison, Departure, Pair, Seen, compared, departure
from matcher.campaigns.narrowing import frozen_values
from matcher.campaigns.whynot import Reason, WhyNot, standing_outside
from matcher.derivation import at_date, derive
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import STATE_LABELS, State
from matcher.errors import UnknownOffer
from matcher.fields import PARTY_KIND_LABELS
from matcher.offers import Offer
from matcher.pairing.matches import Match
from matcher.parties import Values


@dataclass(frozen=True, slots=True)
class Why:
    """What became of one pair in a run: assigned, or why not.

    `match` is the pair as it was scored; None where the seeker was not there, or another encoder serves. `in_filter`
    tells whether the campaign looked at the seeker at all. `nearest` is the best chance of a seeker that is on no list,
    `outside` says which condition keeps a seeker out of the filter, `waiting` that the pair was added and awaits its
    approval.
    """

    assigned: bool
    in_filter: bool
    why_not: WhyNot | None
    match: Match | None
    place_worth: int | None
    nearest: tuple[Offer, int | None] | None
    outside: str = ""
    waiting: bool = False


def require_decided(run: Run) -> Run:
    """The run, if it has its result. Raises `WrongCampaignState`."""
    if run.state not in DECIDED:
        raise WrongCampaignState(
            found=f"第 {run.number} 次运行处于 {run.state} 状态",
            expected="已有结果的运行",
            remedy="请等运行结束后再查看",
        )
    return run


def why(runner: Runner, viewer: Viewer, run: Run, seeker: str, offer: str) -> Why:
    """What became of a pair. Of a run under another encoder everything is told that needs no vector.

    Raises `WrongCampaignState`, `UnknownParty`, and `UnknownOffer` for one that took no part.
    """
    outcome = runner.decided(require_decided(run), viewer)
    inputs, key = outcome.inputs, runner.store.parties.key_of(viewer, seeker)
    place = _place(inputs, offer)
    match = _scored(runner, viewer, inputs, place, key) if inputs.speaks else None
    if not (_stood(inputs, key) and _looked_at(inputs, key)):
        return Why(False, False, None, match, None, None, _outside(inputs, key))
    return _answered(outcome, (key, place), match, runner.store.campaigns.of_pair(run, key, offer))


def _answered(outcome: Outcome, pair: tuple[int, int], match: Match | None, status: AssignmentStatus | None) -> Why:
    key, place = pair
    candidates = outcome.gathered.candidates
    seeker = int(np.searchsorted(outcome.gathered.keys, key))
    pairs = np.flatnonzero((candidates.seeker == seeker) & (candidates.offer == place))
    reasons = outcome.reasons
    worth = outcome.assignment.place_worth
    why_not: WhyNot | None
    if status is not None and status not in STANDING:
        why_not = WhyNot(Reason.REFUSED)
    elif len(pairs):
        why_not = reasons.of(int(pairs[0]))
    else:
        why_not = _no_candidate(outcome.inputs, key, place, match)
    nearest = reasons.nearest_chance(seeker)
    return Why(
        assigned=why_not is None,
        in_filter=True,
        why_not=why_not,
        match=match,
        place_worth=None if worth is None else int(worth[place]),
        nearest=None if nearest is None else _chance(outcome, nearest),
        waiting=status is AssignmentStatus.PROPOSED,
    )


def _no_candidate(inputs: Inputs, key: int, place: int, match: Match | None) -> WhyNot:
    """Why a pair in the filter is no candidate. Where pairs cannot be scored again, its conditions alone may tell."""
    plan, offer = inputs.prepared.plan, inputs.prepared.offers[place]
    if inputs.prepared.own.get(offer.id) == key:
        return WhyNot(Reason.OWN)
    if match is not None:
        state, points = match.eligibility.state, round(match.score * 100)
        return standing_outside(state, points, plan.least_points, plan.states) or WhyNot(Reason.NOT_AMONG_BEST)
    values = frozen_values(inputs.segment, rows_of(inputs, np.array([key])))[0]
    state = evaluate(offer.criteria, at_date(derive(values), inputs.at)).state
    told = standing_outside(state, plan.least_points, plan.least_points, plan.states)
    if told is None:
        inputs.segment.shelf.encoder.encode_queries([offer.name])  # it says what to do
        raise AssertionError("a run that can be scored has its match")
    return told


def _outside(inputs: Inputs, key: int) -> str:
    """Why a seeker is not in the filter, in words."""
    if not _stood(inputs, key):
        return "生成名单时还没有这个主体"
    plan, rows = inputs.prepared.plan, rows_of(inputs, np.array([key]))
    if inputs.segment.frame["kind"][int(rows[0])] != plan.seekers:
        return f"本活动只面向{PARTY_KIND_LABELS[plan.seekers]}"
    values = at_date(derive(frozen_values(inputs.segment, rows)[0]), inputs.at)
    findings = [item for item in evaluate(plan.filter, values).findings if item.state is not State.MET]
    return "；".join(f"“{item.leaf.label}”{STATE_LABELS[item.state]}" for item in findings)


def _chance(outcome: Outcome, pair: int) -> tuple[Offer, int | None]:
    lacking = outcome.assignment.lacking
    offer = outcome.inputs.prepared.offers[int(outcome.gathered.candidates.offer[pair])]
    return offer, None if lacking is None else int(lacking[pair])


def _place(inputs: Inputs, offer: str) -> int:
    place = next((place for place, item in enumerate(inputs.prepared.offers) if item.id == offer), None)
    if place is None:
        raise UnknownOffer(found=f"资源 {offer[:80]} 没有参加这次运行", expected="参加的资源", remedy="请核对资源编号")
    return place


def _scored(runner: Runner, viewer: Viewer, inputs: Inputs, place: int, key: int) -> Match | None:
    if not _stood(inputs, key):
        return None
    return dict(matches_of(inputs, inputs.prepared.offers[place], np.array([key]), runner.store, viewer)).get(key)


def _looked_at(inputs: Inputs, key: int) -> bool:
    """Whether a seeker that stood is in the filter."""
    row = int(rows_of(inputs, np.array([key]))[0])
    place = int(np.searchsorted(inputs.rows, row))
    return place < len(inputs.rows) and int(inputs.rows[place]) == row


def _stood(inputs: Inputs, key: int) -> bool:
    keys = inputs.segment.frame["key"].to_numpy()
    row = int(np.searchsorted(keys, key))
    return row < len(keys) and int(keys[row]) == key


def comparison(runner: Runner, viewer: Viewer, run: Run, before: Run) -> tuple[Comparison, Mapping[Pair, Departure]]:
    """Two runs side by side, and why each pair left. Raises `WrongCampaignState`."""
    store = runner.store.campaigns
    then, now = (_pairs(runner, _require_lists(item)) for item in (before, run))
    found = compared(then, now)
    refused = {
        (row.seeker_id, row.offer_id)
        for batch in store.assignments(before)
        for row in batch
        if row.status not in STANDING
    }
    old, new = (_Frozen(runner.inputs(item, viewer)) for item in (before, run))
    why_left: dict[Pair, Departure] = {}
    for seeker, offer in found.left:
        key = then[seeker, offer]
        seen = new.seen(key, offer)
        why_left[seeker, offer] = (
            Departure.OFFER_GONE
            if not new.takes(offer)
            else departure(
                old.certain(key, offer), seen, filtered=not new.looked_at(key), refused=(seeker, offer) in refused
            )
        )
    return found, why_left


def last_before(runner: Runner, viewer: Viewer, run: Run) -> Run:
    """The run with lists that came before another. Raises `WrongCampaignState` where there is none."""
    earlier = (item for item in runner.store.campaigns.runs(viewer, run.campaign_id) if item.number < run.number)
    found = next((item for item in earlier if item.state in DECIDED and not item.dry), None)
    if found is None:
        raise WrongCampaignState(
            found=f"第 {run.number} 次运行之前没有生成过名单", expected="至少两次正式运行", remedy="下次运行后再对比"
        )
    return found


def _require_lists(run: Run) -> Run:
    if run.dry:
        raise WrongCampaignState(
            found=f"第 {run.number} 次运行是试算", expected="有名单的正式运行", remedy="请换一次运行"
        )
    return require_decided(run)


def _pairs(runner: Runner, run: Run) -> dict[Pair, int]:
    return {
        (row.seeker_id, row.offer_id): row.seeker_key
        for batch in runner.store.campaigns.assignments(run)
        for row in batch
        if row.status in STANDING
    }


class _Frozen:
    """What a run saw of single pairs."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._offers = {offer.id: offer for offer in inputs.prepared.offers}
        self._rows = set(inputs.rows.tolist())

    def takes(self, offer: str) -> bool:
        """Whether an offer took part."""
        return offer in self._offers

    def looked_at(self, key: int) -> bool:
        """Whether a seeker was in the filter."""
        return _stood(self._inputs, key) and int(rows_of(self._inputs, np.array([key]))[0]) in self._rows

    def seen(self, key: int, offer: str) -> Seen | None:
        """The pair as the run saw it; None where the seeker was not there."""
        if not _stood(self._inputs, key) or offer not in self._offers:
            return None
        return Seen(self._offers[offer], self._values(key), self._inputs.at)

    def certain(self, key: int, offer: str) -> Seen:
        """The pair of a list as its own run saw it: it was there."""
        return Seen(self._offers[offer], self._values(key), self._inputs.at)

    def _values(self, key: int) -> Values:
        return frozen_values(self._inputs.segment, rows_of(self._inputs, np.array([key])))[0]
