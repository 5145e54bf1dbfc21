"""The index of offers is as fresh as the store, and nobody waits while another one rebuilds it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

from api.access.viewers import Viewer
from api.offer_index import LOOK_SECONDS, OfferIndex
from matcher.offers import Offer
from tests.fakes.search import WordEncoder
from tests.matcher.worlds import offer

VIEWER = Viewer(tenant="local")


@dataclass
class Offers:
    """Offers of a store; `looks` counts how often it was asked for its version."""

    rows: list[Offer] = field(default_factory=lambda: [offer("甲", "诊断")])
    revision: int = 0
    writes: int = 0
    looks: int = 0
    listing: Callable[[], None] = lambda: None

    def version(self) -> str:
        self.looks += 1
        return str(self.revision)

    def list(self, viewer: Viewer) -> tuple[Offer, ...]:
        self.listing()
        return tuple(self.rows)

    def written(self, added: Offer, *, here: bool) -> None:
        self.rows.append(added)
        self.revision += 1
        self.writes += here


@dataclass
class World:
    """A store, a clock, and the index over them."""

    offers: Offers = field(default_factory=Offers)
    now: float = 0.0

    def index(self) -> OfferIndex:
        return OfferIndex(self, WordEncoder(), clock=lambda: self.now)  # type: ignore[arg-type]  # satisfied by shape


def ids(index: OfferIndex) -> list[str]:
    return [item.id for item in index.current(VIEWER).shelf.offers]


def test_what_this_process_writes_is_seen_at_once_and_what_others_write_soon():
    world = World()
    index = world.index()
    assert ids(index) == ["甲"]
    world.offers.written(offer("乙", "诊断"), here=True)
    assert ids(index) == ["甲", "乙"]
    world.offers.written(offer("丙", "诊断"), here=False)
    assert ids(index) == ["甲", "乙"]
    world.now += LOOK_SECONDS
    assert ids(index) == ["甲", "乙", "丙"]


def test_the_store_is_not_asked_at_every_question_nor_the_shelf_built_again_for_nothing():
    world = World()
    index = world.index()
    first = index.current(VIEWER)
    assert [index.current(VIEWER) for _ in range(5)] == [first] * 5
    assert world.offers.looks == 1
    world.now += LOOK_SECONDS
    assert index.current(VIEWER) is first
    assert world.offers.looks == 2


def test_while_one_rebuilds_the_others_are_answered_from_before():
    world, begun, go_on = World(), Event(), Event()
    index = world.index()
    assert ids(index) == ["甲"]

    def slowly() -> None:
        begun.set()
        assert go_on.wait(10)

    world.offers.written(offer("乙", "诊断"), here=True)
    world.offers.listing = slowly
    builder = Thread(target=index.current, args=(VIEWER,))
    builder.start()
    assert begun.wait(10)
    assert ids(index) == ["甲"]
    go_on.set()
    builder.join(10)
    assert ids(index) == ["甲", "乙"]
