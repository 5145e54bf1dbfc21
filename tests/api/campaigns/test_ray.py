"""A run dealt out over three local Ray nodes, one of them killed meanwhile: the same pairs as in one process.

Part of `make ray`, which installs Ray: RONGTONG_RAY=1.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from threading import Timer
from typing import Any

import pytest

from api.bootstrap import Services
from api.campaigns.job import run_campaign
from api.campaigns.spreading import spread_on_ray
from api.campaigns.submitting import JOB, submit_run
from api.indexing.waking import Polling
from api.jobs.worker import Worker
from api.store.campaign_rows import Run
from tests.api.campaigns.worlds import demo, drafted, ran
from tests.api.worlds import DAY

pytestmark = [
    pytest.mark.skipif(not os.environ.get("RONGTONG_RAY"), reason="of make ray"),
    pytest.mark.filterwarnings("ignore"),
]
SHARE = 72


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with demo(tmp_path_factory.mktemp("ray")) as opened:
        yield opened


@pytest.fixture
def cluster() -> Iterator[Any]:
    import ray
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    ray.init(address=nodes.address, log_to_driver=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def listed(services: Services, run: Run) -> list[tuple[int, str, int, int]]:
    rows = [row for batch in services.store.campaigns.assignments(run) for row in batch]
    return [(row.seeker_key, row.offer_id, row.rank, row.points) for row in rows]


def test_a_node_that_dies_changes_nothing(services: Services, cluster: Any) -> None:
    others = [cluster.add_node(num_cpus=1) for _ in range(2)]
    campaign = drafted(services)
    alone = ran(services, campaign)
    killed: list[Any] = []

    def kill() -> None:
        cluster.remove_node(others[0], allow_graceful=False)
        killed.append(others[0])

    run = submit_run(services.store, services.viewer, campaign.id, dry=False)
    runner = replace(services.campaigns, share=SHARE, spread=spread_on_ray(services.settings))
    moment = Timer(4, kill)
    moment.start()
    handlers = {JOB: lambda context: run_campaign(context, runner, at=DAY)}
    assert Worker(services.store.leases, handlers, Polling()).run_one()
    moment.join()
    ended = services.store.campaigns.run(services.viewer, campaign.id, run.number)
    assert killed
    assert listed(services, ended) == listed(services, alone) != []
