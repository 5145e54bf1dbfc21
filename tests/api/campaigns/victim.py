"""A worker that does runs of campaigns in small shares, until it is killed."""

from dataclasses import replace
from pathlib import Path

from api.bootstrap import Services, build_services
from api.campaigns.job import run_campaign
from api.campaigns.submitting import JOB
from api.indexing.waking import Polling
from api.jobs.worker import Worker
from api.settings import Settings
from tests.api.worlds import DAY

SHARE = 120


def worker_of(services: Services) -> Worker:
    runner = replace(services.campaigns, share=SHARE)
    return Worker(services.store.leases, {JOB: lambda context: run_campaign(context, runner, at=DAY)}, Polling())


def work(data: str) -> None:
    """What the victim does: one job of the store in a folder."""
    with build_services(Settings.load(data=Path(data))) as opened:
        worker_of(opened).run_one()
