"""Another encoder comes into service while questions are asked: whole, from a generation of its own, never mixed."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGKILL
from threading import Event, Thread

import pytest
from structlog.testing import capture_logs

from api.bootstrap import Services, build_services
from api.cli.main import app
from api.indexing import switching
from api.indexing.children import Child, working_on
from api.indexing.generations import GenerationFolders, Manifest
from api.indexing.offer_vectors import count_offers
from api.indexing.preparing import prepare
from api.opening import Opener
from api.requests import MatchRequest, ProspectRequest
from api.searching import SearchRequest
from api.settings import Settings
from matcher.offers import Offer, OfferKind
from tests.api.indexing.comparing import indexed, stored
from tests.api.indexing.tiny_models import tiny_model
from tests.api.worlds import DAY, party
from tests.matcher.worlds import offer

PATIENCE = 60.0
"""Seconds until a test on a busy machine gives up."""
QUESTION = "体外诊断试剂企业需要流动资金贷款"
TRADES = ("体外诊断试剂", "冷链物流", "工业机器人", "诊断仪器研发")
Answer = tuple[object, ...]


class InThisProcess:
    """Stands in for the child process: the same work in a thread, once `gate` is open."""

    gate = Event()
    sent = 0
    afterwards: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, settings: Settings, errand: str) -> None:
        assert errand == "prepare"
        type(self).sent += 1
        self.pid = os.getpid()
        self._status: int | None = None
        self._stopped = Event()
        self._thread = Thread(target=self._run, args=(settings,), daemon=True)
        self._thread.start()

    def _run(self, settings: Settings) -> None:
        with working_on(GenerationFolders(settings).root, wait=True):
            while not self.gate.wait(0.01) and not self._stopped.is_set():
                pass
            if not self._stopped.is_set():
                prepare(settings)
                self.afterwards()
        self._status = 0

    def outcome(self) -> int | None:
        return self._status

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Holds the new generation back until it is set; no process is started."""
    InThisProcess.gate, InThisProcess.sent = Event(), 0
    monkeypatch.setattr(InThisProcess, "afterwards", staticmethod(lambda: None))
    monkeypatch.setattr(switching, "Child", InThisProcess)
    monkeypatch.setattr(switching, "LOOK_SECONDS", 0.01)
    return InThisProcess.gate


@pytest.fixture
def other(tmp_path: Path) -> str:
    """The path of another encoder."""
    return str(tiny_model(tmp_path / "other"))


def settings_in(data: Path, encoder: str | None = None) -> Settings:
    return Settings.load(data=data, encoder=encoder)


def fill(settings: Settings) -> None:
    """Some offers and parties, indexed."""
    with build_services(settings) as services:
        services.store.offers.replace_catalogue([_demand(number) for number in range(12)], "first")
        write(services, "甲", "体外诊断试剂")
        write(services, "乙", "冷链物流")
        write(services, "丙", "工业机器人")
        services.parties.refresh()


def _demand(number: int) -> Offer:
    """A lead firm's demand for one trade or two."""
    trades = f"{TRADES[number % 4]}、{TRADES[number % 3]}"
    return offer(f"需求{number}", f"寻找{trades}配套企业", kind=OfferKind.PROCUREMENT, source="测试", observed_on=DAY)


def write(services: Services, name: str, business: str) -> None:
    written = [party(name, main_business=business, headcount=50)]
    services.store.parties.upsert_many(services.viewer, written)
    services.parties.catch_up()


def answers(services: Services) -> dict[str, Answer]:
    """What each kind of question is answered with, and by which encoder it says that it is."""
    viewer, match = services.viewer, services.matchmaker
    offers = match.match(viewer, MatchRequest(text=QUESTION, at=DAY, limit=12, include_unmet=True))
    seekers = match.prospects(viewer, ProspectRequest(offer_id=_first(services), at=DAY, limit=9, include_unmet=True))
    found = services.searching.search(viewer, SearchRequest(text=QUESTION, at=DAY))
    return {
        "match": (offers.versions.encoder, *((item.offer.id, item.score) for item in offers.matches)),
        "prospects": (seekers.versions.encoder, *((item.seeker_id, item.score) for item in seekers.matches)),
        "search": (found.encoder, *((item.party.id, item.similarity) for item in found.found)),
    }


def _first(services: Services) -> str:
    return services.store.offers.list(services.viewer)[0].id


def alone(data: Path, encoder: str | None, more: Callable[[Services], None] | None = None) -> dict[str, Answer]:
    """The answers of a service that never had another encoder."""
    fill(settings_in(data, encoder))
    with build_services(settings_in(data, encoder)) as services:
        if more is not None:
            more(services)
        return answers(services)


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


@contextmanager
def started(settings: Settings) -> Iterator[Services]:
    with build_services(settings) as services:
        services.parties.start()
        until(lambda: services.parties.ready)
        yield services


def fingerprints(data: Path) -> list[str]:
    return [manifest.fingerprint for manifest in GenerationFolders(settings_in(data)).all()]


def test_each_answer_is_that_of_one_encoder_alone_before_during_and_after(tmp_path: Path, other: str, gate: Event):
    first, second = alone(tmp_path / "first", None), alone(tmp_path / "second", other)
    assert {name for name in first if first[name][1:] == second[name][1:]} == set(), "the encoders can be told apart"
    data, stop, faults, seen = tmp_path / "data", Event(), list[object](), set[object]()
    fill(settings_in(data))

    def ask(services: Services) -> None:
        while not stop.is_set():
            try:
                said = answers(services)
                seen.update(answer[0] for answer in said.values())
                faults.extend(said[name] for name in said if said[name] not in (first[name], second[name]))
            except Exception as fault:  # noqa: BLE001  # told below
                faults.append(fault)

    with started(settings_in(data, other)) as services:
        old = services.encoder.fingerprint
        assert answers(services) == first, "the old one answers at once"
        asking = [Thread(target=ask, args=(services,)) for _ in range(3)]
        for thread in asking:
            thread.start()
        gate.set()
        until(lambda: services.encoder.fingerprint != old)
        until(lambda: fingerprints(data) == [services.encoder.fingerprint])
        stop.set()
        for thread in asking:
            thread.join()
        assert faults == []
        assert answers(services) == second
        assert indexed(services.parties, services.viewer) == stored(services, services.viewer)  # type: ignore[arg-type]
    assert seen == {first["match"][0], second["match"][0]}
    with build_services(settings_in(data, other)) as services, capture_logs() as logs:
        assert answers(services) == second
    assert {line["event"] for line in logs} <= {"index.opened"}, "nothing is made again after a restart"


def test_what_is_written_meanwhile_is_in_the_new_generation_from_its_first_answer(
    tmp_path: Path, other: str, gate: Event, monkeypatch: pytest.MonkeyPatch
):
    def more(services: Services) -> None:
        write(services, "丁", "体外诊断仪器")
        services.store.parties.delete(services.viewer, "乙")
        services.parties.catch_up()
        offers = services.store.offers.list(services.viewer)
        services.store.offers.replace_catalogue(offers[:-2], "later")

    def rebuilt(services: Services) -> None:
        more(services)
        services.parties.rebuild()

    def once_whole() -> None:
        """Its snapshot is on disk, its offers' vectors too: what comes now is in neither."""
        write(services, "戊", "诊断仪器研发")
        written = offer("晚到", "寻找诊断仪器研发企业", kind=OfferKind.PROCUREMENT, tenant="local", observed_on=DAY)
        services.store.offers.upsert_many(services.viewer, [written])
        answered.append(answers(services))
        assert services.serving is before

    answered: list[dict[str, Answer]] = []
    wanted = alone(tmp_path / "alone", other, rebuilt)
    monkeypatch.setattr(InThisProcess, "afterwards", staticmethod(once_whole))
    fill(settings_in(tmp_path / "data"))
    with started(settings_in(tmp_path / "data", other)) as services:
        before = services.serving
        until(lambda: InThisProcess.sent == 1)
        more(services)
        answered.append(answers(services))
        gate.set()
        until(lambda: services.serving is not before)
        said, rows = answers(services), indexed(services.parties, services.viewer)  # type: ignore[arg-type]
        assert [_names(each["search"]) for each in answered] == [{*"甲丙丁"}, {*"甲丙丁戊"}]
        assert _names(said["search"]) == {*"甲丙丁戊"}
        assert _names(said["match"]) - _names(wanted["match"]) == {"晚到"}
        assert rows == stored(services, services.viewer)
        services.store.parties.delete(services.viewer, "戊")
        services.store.offers.delete(services.viewer, "晚到")
        services.parties.catch_up()
        assert answers(services) == wanted


def _names(answer: Answer) -> set[object]:
    return {item[0] for item in answer if isinstance(item, tuple)}


def test_several_processes_on_one_folder_make_the_generation_once_and_each_swaps(
    tmp_path: Path, other: str, gate: Event
):
    settings = settings_in(tmp_path / "data", other)
    fill(settings_in(tmp_path / "data"))
    with started(settings) as one, started(settings) as two:
        old = one.encoder.fingerprint
        assert two.encoder.fingerprint == old
        until(lambda: InThisProcess.sent > 0)
        gate.set()
        until(lambda: old not in {one.encoder.fingerprint, two.encoder.fingerprint})
        assert answers(one) == answers(two)
        write(one, "丁", "体外诊断仪器")
        until(lambda: indexed(two.parties, two.viewer) == stored(two, two.viewer))  # type: ignore[arg-type]
    assert InThisProcess.sent == 1


@pytest.mark.parametrize("point", ["offers.between_batches", "build.before_pointer"])
def test_a_child_that_is_killed_is_sent_again_and_the_old_generation_serves_until_then(
    tmp_path: Path, other: str, point: str, monkeypatch: pytest.MonkeyPatch
):
    settings = settings_in(tmp_path / "data", other)
    fill(settings_in(tmp_path / "data"))
    monkeypatch.setenv("RONGTONG_CRASH_AT", point)
    child = Child(settings, "prepare")
    until(lambda: child.outcome() is not None)
    child.stop()
    monkeypatch.delenv("RONGTONG_CRASH_AT")
    assert child.outcome() == -SIGKILL
    folders = GenerationFolders(settings)
    [begun] = [manifest for manifest in folders.all() if manifest.source == other]
    assert not folders.is_complete(begun.fingerprint)
    assert count_offers(folders.folder(begun.fingerprint)) == (12 if point.startswith("offers") else 0)
    serving = folders.serving()
    assert serving is not None
    assert serving.source is None
    monkeypatch.setattr(switching, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(switching, "Child", InThisProcess)
    InThisProcess.gate.set()
    with started(settings) as services, capture_logs() as logs:
        until(lambda: services.encoder.fingerprint == begun.fingerprint)
    assert [line["offers"] for line in logs if line["event"] == "index.prepared"] in ([0], [12])
    assert fingerprints(settings.data) == [begun.fingerprint]


def test_a_process_that_died_between_its_swap_and_the_link_begins_with_the_new_generation(tmp_path: Path, other: str):
    settings = settings_in(tmp_path / "data", other)
    fill(settings_in(tmp_path / "data"))
    made = prepare(settings)
    with started(settings) as services:
        assert services.encoder.fingerprint == made.fingerprint
        until(lambda: fingerprints(settings.data) == [made.fingerprint])
    assert settings.snapshot_folder.resolve() == GenerationFolders(settings).folder(made.fingerprint)


@pytest.mark.parametrize("loss", ["gone", "replaced", "replaced in place"])
def test_an_encoder_that_is_lost_is_told_and_the_wanted_one_is_built_before_the_service_is_ready(
    tmp_path: Path, loss: str
):
    folder = tiny_model(tmp_path / "lost")
    fill(settings_in(tmp_path / "data", str(folder)))
    folder.rename(tmp_path / "moved")
    if loss.startswith("replaced"):
        tiny_model(folder, seed=2)
    wanted = str(folder) if loss.endswith("place") else None
    with capture_logs() as logs, build_services(settings_in(tmp_path / "data", wanted)) as services:
        assert not services.parties.ready
        services.parties.start()
        until(lambda: services.parties.ready)
        until(lambda: fingerprints(tmp_path / "data") == [services.encoder.fingerprint])
        assert indexed(services.parties, services.viewer) == stored(services, services.viewer)  # type: ignore[arg-type]
    assert [line["log_level"] for line in logs if line["event"] == "index.encoder_lost"] == ["warning"]
    assert "index.rebuild" in {line["event"] for line in logs}


def test_a_write_that_was_answered_is_in_the_first_answer_after_the_swap(tmp_path: Path, other: str):
    """The followers poll twice a second: only the swap itself can have caught up."""
    wanted = settings_in(tmp_path / "data", other)
    fill(settings_in(tmp_path / "data"))
    with build_services(settings_in(tmp_path / "data")) as services, ExitStack() as encoders:
        services.serving.parties.start()
        until(lambda: services.parties.ready)
        answers(services)
        following = Opener(services.store, encoders).open(wanted)
        following.parties.load()
        following.parties.start()
        encoders.callback(following.stop)
        write(services, "丁", "体外诊断仪器")
        before = services.parties.replace(following)
        assert following.offers.platforms() == ["local"], "no question waits for offers to be encoded"
        assert _names(answers(services)["search"]) == {*"甲乙丙丁"}
        assert before.fingerprint != services.encoder.fingerprint
        before.stop()


def test_the_state_of_both_generations_is_told_and_an_operator_may_change_over(
    tmp_path: Path, other: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "300")
    data = tmp_path / "data"
    fill(settings_in(data))
    GenerationFolders(settings_in(data)).note(Manifest("f" * 32, other, 24, "", ""))
    monkeypatch.setenv("RONGTONG_ENCODER", other)
    said = _index(data, "status", capfd)
    assert [line for line in said if "ffffffffffff" in line and "尚未建好" in line and other[:20] in line]
    assert [line for line in said if "自带模型" in line and "服务中" in line and "snapshot-" in line]
    said = _index(data, "build", capfd)
    assert "主体 3 家" in "".join(said)
    [left] = GenerationFolders(settings_in(data)).all()
    assert left.source == other
    assert left.fingerprint != "f" * 32
    with build_services(settings_in(data, other)) as services:
        assert services.encoder.fingerprint == left.fingerprint


def _index(data: Path, task: str, capfd: pytest.CaptureFixture[str]) -> list[str]:
    app(["--data", str(data), "index", task], standalone_mode=False)
    return capfd.readouterr().out.splitlines()
