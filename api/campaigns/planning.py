"""From a plan's text to what a run needs (方案落实): its offers, their places, its scoring; every slip named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from api.access.viewers import Viewer
from api.store.store import Store
from matcher.campaigns.gathering import Bounds
from matcher.campaigns.plan import Plan, read_plan
from matcher.catalogue.files import read_file
from matcher.errors import InvalidCampaign, InvalidCatalogue
from matcher.fields import PARTY_KIND_LABELS
from matcher.offers import Offer, in_force
from matcher.pairing.scoring import Scoring

PLAN_FILE = "活动方案"
_DEPTH = 2
"""So many times its places are kept of each offer's best seekers, beside the best offers of each seeker."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with the offers that take part, by id, the places of each (k), and who of the seekers provides which.

    `own`: by an offer's id the key of its provider, where that is a party of the platform.
    """

    plan: Plan
    offers: tuple[Offer, ...]
    quotas: NDArray[np.int64]
    own: Mapping[str, int]

    def scoring(self) -> Scoring:
        """The scoring with the plan's weights."""
        return replace(Scoring(), weights=self.plan.weights)

    def bounds(self, at: date) -> Bounds:
        """What may be a candidate on a day."""
        plan = self.plan
        return Bounds(at, plan.states, plan.least_points, plan.candidates, self.quotas * _DEPTH, self.own)


def plan_of(text: str, name: str = PLAN_FILE) -> Plan:
    """Read a plan's text (YAML, of which JSON is a part). Raises `InvalidCampaign` with every fault."""
    try:
        data = read_file(name, text.encode())
    except InvalidCatalogue as fault:
        raise InvalidCampaign(found=str(fault), expected="能读通的 YAML", remedy="按提示的位置修改") from fault
    return read_plan(name, data)


def prepared(plan: Plan, store: Store, viewer: Viewer, at: date) -> Prepared:
    """Find the offers that a plan names. Raises `InvalidCampaign` for those that are not there or not in force."""
    seen = {offer.id: offer for offer in store.offers.list(viewer)}
    chosen = _chosen(plan, seen, at)
    providers = {offer.id: offer.provider_id for offer in chosen if offer.provider_id}
    keys = store.parties.keys_of(viewer, set(providers.values()))
    own = {offer: keys[provider] for offer, provider in providers.items() if provider in keys}
    return prepared_over(plan, chosen, own)


def prepared_over(plan: Plan, offers: Sequence[Offer], own: Mapping[str, int]) -> Prepared:
    """The plan over offers that are given, such as frozen ones. Raises `InvalidCampaign` for quotas of others."""
    ordered = tuple(sorted(offers, key=lambda offer: offer.id))
    known = {offer.id for offer in ordered}
    stray = sorted(set(plan.quotas) - known)
    if stray:
        raise InvalidCampaign(
            found=f"quotas 中的 {stray[0]} 不参加本活动", expected="参与的资源编号", remedy="改正编号或删去该项"
        )
    places = [plan.quotas.get(offer.id, plan.quota) for offer in ordered]
    return Prepared(plan, ordered, np.array(places, dtype=np.int64), own)


def _chosen(plan: Plan, seen: dict[str, Offer], at: date) -> list[Offer]:
    missing = [offer for offer in plan.offers.ids if offer not in seen]
    if missing:
        raise InvalidCampaign(
            found=f"没有资源 {'、'.join(missing[:5])}",
            expected="本平台可见的资源编号",
            remedy="用 rongtong offers list 查",
        )
    past = [offer for offer in plan.offers.ids if not in_force(seen[offer], at)]
    if past:
        raise InvalidCampaign(
            found=f"资源 {'、'.join(past[:5])} 在 {at} 不在有效期内", expected="有效的资源", remedy="换成现行版本"
        )
    wrong = [offer for offer in plan.offers.ids if plan.seekers not in seen[offer].audience]
    if wrong:
        raise InvalidCampaign(
            found=f"资源 {'、'.join(wrong[:5])} 不面向{PARTY_KIND_LABELS[plan.seekers]}",
            expected="面向该类主体的资源",
            remedy="改正资源或主体类型",
        )
    fitting = [offer for offer in seen.values() if in_force(offer, at) and plan.seekers in offer.audience]
    chosen = [offer for offer in fitting if offer.id in plan.offers.ids or _of_group(offer, plan)]
    if not chosen:
        raise InvalidCampaign(
            found="没有资源符合 offers 的范围", expected="至少一项资源", remedy="放宽 kinds 或 providers"
        )
    return chosen


def _of_group(offer: Offer, plan: Plan) -> bool:
    """Whether an offer is of the kinds and of the providers that a plan names; what it does not name does not bind."""
    wanted = plan.offers
    if not (wanted.kinds or wanted.providers):
        return False
    of_kind = not wanted.kinds or offer.kind in wanted.kinds
    return of_kind and (not wanted.providers or offer.provider in wanted.providers)
