"""kill -9 of the worker at ten points of a campaign: one result, the one of a run that nobody killed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from api.bootstrap import Services
from api.campaigns.submitting import submit_run
from api.clock import now
from api.store.campaign_rows import Campaign, Run, RunState
from api.store.tables import jobs
from tests.api.campaigns.victim import work, worker_of
from tests.api.campaigns.worlds import demo, drafted
from tests.forked import killed

CHAINS = (
    ("job.claimed", "job.before_commit:1", "campaign.frozen", "campaign.after_share"),
    ("job.before_commit:2", "campaign.after_share:3", "campaign.gathered", "job.after_commit"),
    ("campaign.after_share:2", "campaign.assigned", "job.before_commit"),
)
"""Where the worker of one run dies, attempt after attempt; a job is begun five times at the most.

Of a run that has its shares already the first commit is the one that ends it.
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with demo(tmp_path_factory.mktemp("killed")) as opened:
        yield opened


@pytest.fixture(scope="module")
def campaign(services: Services) -> Campaign:
    return drafted(services)


@pytest.fixture(scope="module")
def unharmed(services: Services, campaign: Campaign) -> Run:
    return finished(services, submit_run(services.store, services.viewer, campaign.id, dry=False))


def finished(services: Services, run: Run) -> Run:
    worker_of(services).run_one()
    return services.store.campaigns.run(services.viewer, run.campaign_id, run.number)


def listed(services: Services, run: Run) -> list[tuple[int, str, int, int]]:
    rows = [row for batch in services.store.campaigns.assignments(run) for row in batch]
    return [(row.seeker_key, row.offer_id, row.rank, row.points) for row in rows]


def lapse(services: Services, run: Run) -> None:
    """Let the lease of a killed worker run out at once."""
    with services.store._database.writing() as connection:
        past = {"lease_until": now() - timedelta(seconds=1), "due": now() - timedelta(seconds=1)}
        connection.execute(update(jobs).where(jobs.c.id == run.job_id).values(**past))


@pytest.mark.parametrize("chain", CHAINS, ids=" ".join)
def test_a_run_whose_worker_is_killed_ends_as_if_nothing_had_been(
    services: Services, campaign: Campaign, unharmed: Run, chain: tuple[str, ...]
) -> None:
    run = submit_run(services.store, services.viewer, campaign.id, dry=False)
    for point in chain:
        data = services.settings.data
        killed(work, str(data), at=point, log=data.with_name("victim.log"))
        assert listed(services, run) in ([], listed(services, unharmed)), "never a part of the lists"
        lapse(services, run)
    ended = finished(services, run)
    assert ended.state is RunState.ASSIGNED
    assert ended.counts == unharmed.counts
    assert listed(services, ended) == listed(services, unharmed)
    assert not list(services.campaigns.folder(ended).path.glob("part-*"))
    assert not worker_of(services).run_one(), "the job is done"
