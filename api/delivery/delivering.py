"""Delivery (送达): every pair that stands is noted as pushed, once, and the run as delivered."""

from datetime import datetime

from api.access.viewers import Viewer
from api.delivery.lists import DELIVERABLE
from api.errors import WrongCampaignState
from api.store.campaign_rows import Run, RunState
from api.store.store import Store


def deliver(store: Store, viewer: Viewer, campaign: str, number: int, by: str, now: datetime) -> tuple[Run, int]:
    """Note that the lists of an approved run were sent; give the run and how many pairs were pushed by this call.

    Doing it again pushes only what was added since (补位). Raises `UnknownCampaign`, `WrongCampaignState`.
    """
    with store.together():
        run = store.campaigns.run(viewer, campaign, number)
        if run.state not in DELIVERABLE:
            raise WrongCampaignState(
                found=f"第 {number} 次运行尚未批准", expected="已批准的运行", remedy="请批准名单后再送达"
            )
        pushed = store.outcomes.push(viewer, run, by, now)
        store.campaigns.note(run, state=RunState.DELIVERED.value)
        return store.campaigns.run(viewer, campaign, number), pushed
