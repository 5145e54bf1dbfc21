"""A whole campaign (对接活动测量): frozen, gathered, assigned and listed as its job does it, greedy beside it.

    python -m tests.benchmarks.campaigns [--rows 100000] [--offers 500] [--folder F] [--write]

Enterprises and offers are synthetic: the world of `world.py` in a real store with its snapshot, and the catalogue
varied (`many_offers`), quotas 50, limit 2, the best 20 offers of each seeker. The database is filled and indexed first,
unless the folder holds them already; that is not measured. Greedy takes the best pair that still fits, over and over.
"""

import argparse
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from api.bootstrap import Services, build_services
from api.campaigns.lists import counts_of, list_rows
from api.campaigns.running import Outcome, assigned, capacities_of
from api.clock import now, today
from api.initialising import initialise
from api.settings import Settings
from api.store.campaign_rows import Run
from matcher.campaigns.candidates import Candidates, Capacities
from matcher.fields import PartyKind
from matcher.offers import Offer
from tests.benchmarks.filling import fill
from tests.benchmarks.many_offers import varied_offers
from tests.benchmarks.report import table, write_section

PROVIDER = "合成机构（测量用）"
PLAN = f"""
name: 测量
purpose: 测量一次活动
basis: {{document: 测量, quote: 合成数据}}
starts: 2026-11-23
ends: 2026-12-31
approver: 无
offers: {{providers: [{PROVIDER}]}}
quota: 50
limit: 2
"""
_T = TypeVar("_T")


Row = tuple[str, ...]


@dataclass(slots=True)
class Clock:
    """Takes the time of steps, by the clock and of the processor, and the most memory while they are done."""

    rows: list[Row] = field(default_factory=list)

    def take(self, name: str, step: Callable[[], _T]) -> _T:
        """Do a step and note how long it took (s) and how much was resident at most (MiB)."""
        wall, spent = perf_counter(), process_time()
        with _watched() as most:
            found = step()
        times = (f"{seconds:.1f}" for seconds in (perf_counter() - wall, process_time() - spent))
        self.rows.append((name, *times, f"{most[0]:,.0f}", f"{most[1]:,.0f}"))
        return found

    def told(self) -> Iterator[Row]:
        """The steps and their sums."""
        yield from self.rows
        seconds = (f"{sum(float(row[place]) for row in self.rows):.1f}" for place in (1, 2))
        most = (f"{max(float(row[place].replace(',', '')) for row in self.rows):,.0f}" for place in (3, 4))
        yield "in all", *seconds, *most


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Watch this process; gives the most that was resident and the most of that which no file stands behind (MiB)."""
    most, over = [0.0, 0.0], Event()

    def watch() -> None:
        while True:
            resident, shared = map(int, Path("/proc/self/statm").read_text().split()[1:3])
            page = resource.getpagesize() / 2**20
            most[:] = max(most[0], resident * page), max(most[1], (resident - shared) * page)
            if over.wait(_LOOK_SECONDS):
                return

    thread = Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


_LOOK_SECONDS = 0.02


class Nobody:
    """Watches and says nothing."""

    def check(self) -> None:
        """Never stop."""

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """Not told to anyone."""


def main() -> None:
    """Measure, print, and write the section where that is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--offers", type=int, default=500)
    parser.add_argument("--folder", type=Path, default=Path(gettempdir()) / "rongtong-benchmarks")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    options = parser.parse_args()
    settings = Settings.load(data=(options.folder / f"data-{options.rows}").resolve(), redis_url=None)
    fill(settings, options.rows)
    with build_services(settings) as services:
        initialise(services, demo=False)
        services.store.offers.upsert_many(services.viewer, offers(services.viewer.tenant, options.offers))
        services.parties.refresh()
        body = measured(services)
    print(body)
    if options.write:
        name = f"campaigns-{options.rows}"
        write_section(name, f"A campaign, {options.rows:,} synthetic enterprises x {options.offers} offers", body)


def offers(tenant: str, count: int) -> list[Offer]:
    """So many synthetic offers for enterprises, all of one provider."""
    varied = (offer for offer in varied_offers(3 * count, tenant=tenant) if PartyKind.ENTERPRISE in offer.audience)
    return [replace(offer, provider=PROVIDER) for offer, _ in zip(varied, range(count), strict=False)]


def measured(services: Services) -> str:
    """One run, step by step, and greedy on the same candidates; its files are removed again."""
    clock, runner, viewer = Clock(), services.campaigns, services.viewer
    run = queued(services)
    frozen = clock.take("freeze", lambda: runner.freeze(run, viewer, today()))
    run = replace(run, frozen=frozen)
    inputs = runner.inputs(run, viewer)
    gathered = clock.take("candidates", lambda: runner.gathered(run, inputs, Nobody()))
    limits = capacities_of(inputs, gathered)
    best = clock.take("assignment", lambda: assigned(inputs.prepared, gathered.candidates, limits))
    outcome = Outcome(inputs, gathered, limits, best)
    folder, rows = runner.folder(run), list_rows(run, viewer, outcome, runner.store, best.chosen)
    listed = clock.take("lists, each pair explained", lambda: folder.save_lists(rows))
    counts = counts_of(outcome, listed)
    clock.take("lists written", lambda: services.store.campaigns.decide(run, counts, folder.lists(), now()))
    chosen = greedy(gathered.candidates, limits)
    lost = 100 * (1 - int(gathered.candidates.points[chosen].sum()) / best.points)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    folder.remove()
    apart = 100 * (best.bound - best.points) / best.bound
    return (
        f"{table(_HEADINGS, clock.told())}\n\n"
        f"{len(gathered.candidates):,} candidates, {len(listed):,} pairs listed. The sum is {best.points:,} hundredths "
        f"of a point, its proven bound {best.bound:,} ({apart:.4f} % apart); greedy loses {lost:.2f} % of it. "
        f"Most memory of the whole process, greedy included: {memory:.2f} GiB resident, mapped files included."
    )


_HEADINGS = ("step", "by the clock (s)", "processor (s)", "resident (MiB)", "of that anonymous (MiB)")


def queued(services: Services) -> Run:
    """A run of a new campaign, without a job."""
    store = services.store.campaigns
    campaign = store.create(services.viewer, "测量", PLAN, now())
    return store.new_run(services.viewer, campaign.id, now())


def greedy(candidates: Candidates, capacities: Capacities) -> NDArray[np.bool_]:
    """The best pair that still fits, over and over."""
    places, lists = capacities.quotas.tolist(), capacities.limits.tolist()
    chosen = np.zeros(len(candidates), dtype=np.bool_)
    seekers, of = candidates.seeker, candidates.offer
    for pair in np.argsort(-candidates.points, kind="stable").tolist():
        seeker, offer = seekers[pair], of[pair]
        if places[offer] and lists[seeker]:
            places[offer] -= 1
            lists[seeker] -= 1
            chosen[pair] = True
    return chosen


if __name__ == "__main__":
    main()
