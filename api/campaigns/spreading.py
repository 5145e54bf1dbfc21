"""A run on several machines (多机运行): Ray deals the shares out, each leaves its file in the run's folder.

A share is the same function as in one process and its file is written whole or not at all; so a node that dies in the
middle costs its share's time and changes nothing. All nodes see the data folder and the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from api.access.viewers import Viewer
from api.errors import InvalidSettings
from api.settings import Settings

if TYPE_CHECKING:
    from api.campaigns.running import Watcher
    from api.store.campaign_rows import Run

Spread = Callable[["Run", Sequence[int], int, "Watcher"], None]
"""Gathers the shares with these numbers, each of so many seekers."""
_LOOK_SECONDS = 1.0
_RETRIES = 10


def spread_on_ray(settings: Settings) -> Spread:
    """Deal shares out to the Ray that is running, or to one on this machine. Raises `InvalidSettings` without Ray."""
    try:
        import ray
    except ImportError as error:
        raise InvalidSettings(
            found="没有安装 Ray", expected="可选依赖 ray", remedy="pip install 'rongtong[ray]'，或改用默认引擎"
        ) from error

    def spread(run: "Run", numbers: Sequence[int], share: int, watcher: "Watcher") -> None:
        if not ray.is_initialized():
            ray.init(log_to_driver=False)
        task = ray.remote(max_retries=_RETRIES)(_gather)
        given = settings.model_dump_json(), run.tenant, run.campaign_id, run.number, share
        waiting = [task.remote(*given, number) for number in numbers]
        while waiting:
            watcher.check()
            watcher.report(len(numbers) - len(waiting), len(numbers), "生成候选（Ray）")
            ready, waiting = ray.wait(waiting, num_returns=len(waiting), timeout=_LOOK_SECONDS)
            ray.get(ready)

    return spread


def _gather(settings: str, tenant: str, campaign: str, number: int, share: int, part: int) -> None:
    """Gather one share of a run, in whatever process."""
    from api.bootstrap import build_services

    with build_services(Settings.model_validate_json(settings)) as services:
        viewer, runner = Viewer(tenant=tenant), replace(services.campaigns, share=share)
        run = services.store.campaigns.run(viewer, campaign, number)
        runner.gather_share(run, runner.inputs(run, viewer), part)
