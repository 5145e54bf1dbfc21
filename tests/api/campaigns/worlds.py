"""The demo world with a campaign in it; all of its parties and offers are synthetic or of the built-in catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.bootstrap import Services
from api.campaigns.job import run_campaign
from api.campaigns.submitting import JOB, submit_run
from api.clock import now
from api.indexing.waking import Polling
from api.jobs.worker import Worker
from api.store.campaign_rows import Campaign, Run
from tests.api.worlds import DAY, services_in

PLAN = """
name: 首贷扩面演示
purpose: 向演示企业推荐贷款产品
basis: {document: 首贷扩面专项行动方案, article: 第三条, quote: 向银行机构推介无贷科技型小微企业}
starts: 2026-11-23
ends: 2026-12-31
approver: 金融科科长
seekers: {kind: enterprise}
offers: {kinds: [loan]}
quota: 5
limit: 2
least_match: 20
"""


@contextmanager
def demo(folder: Path) -> Iterator[Services]:
    """Real services over the demo world."""
    with services_in(folder, demo=True) as services:
        yield services


def drafted(services: Services, plan: str = PLAN) -> Campaign:
    """A campaign with a plan."""
    return services.store.campaigns.create(services.viewer, "首贷扩面演示", plan, now())


def ran(services: Services, campaign: Campaign, *, dry: bool = False) -> Run:
    """A run of a campaign, done by a worker in this process."""
    store = services.store
    run = submit_run(store, services.viewer, campaign.id, dry=dry)
    handlers = {JOB: lambda context: run_campaign(context, services.campaigns, at=DAY)}
    assert Worker(store.leases, handlers, Polling()).run_one()
    ended = store.jobs.get(services.viewer, str(run.job_id))
    assert ended.error is None, ended.error
    return store.campaigns.run(services.viewer, campaign.id, run.number)
