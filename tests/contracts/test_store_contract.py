"""One suite for parties in the store, run on SQLite and on a real PostgreSQL, comparing values."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.viewers import SYSTEM, Viewer
from api.errors import FeedPruned, ForeignTenant, UnknownTenant
from api.store import party_rows
from api.store.changes import ChangeOp
from api.store.parties import PreparedBatch
from api.store.store import Store, open_store
from api.store.tenants import Tenant, Tier
from api.store.upserting import UpsertCounts
from matcher.declarations.registry import REGISTRY
from matcher.errors import InvalidValue, UnknownField, UnknownParty
from matcher.fields import Field, FieldRegistry, FieldType, PartyKind, Value
from matcher.parties import Fact, Party
from tests.contracts.stored import DAY, SAMPLES, TEXTS, a_party, exactly, facts, values_of
from tests.thorough import examples

VIEWER = Viewer()
OTHER = Viewer(tenant="suzhou")
LATER, EARLIER = date(2026, 12, 1), date(2026, 1, 1)
UNSTORABLE = ["空\0字符", "\ud800", "𝄞"[0] + "\udc00"]


@pytest.fixture
def two_platforms(store: Store) -> Store:
    store.tenants.ensure(Tenant("suzhou", "苏州平台", Tier.LOCAL))
    return store


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known=facts(), kind=st.sampled_from(PartyKind), name=TEXTS, source=TEXTS, on=st.dates(), synthetic=st.booleans())
def test_what_was_written_is_read_back_exactly(
    store: Store, known: dict[str, Fact], kind: PartyKind, name: str, source: str, on: date, synthetic: bool
) -> None:
    party = Party("p-1", kind, name, known, "local", source, on, synthetic)
    store.parties.upsert_many(VIEWER, [party], merge=False)
    assert exactly(store.parties.get(VIEWER, "p-1")) == exactly(party)


def test_every_field_of_the_registry_round_trips(store: Store) -> None:
    party = a_party(**{field.code: SAMPLES[field.type] for field in REGISTRY})
    store.parties.upsert_many(VIEWER, [party])
    assert exactly(store.parties.get(VIEWER, "p-1")) == exactly(party)
    assert len(party.facts) == len(REGISTRY) > 60


def test_writing_twice_changes_nothing(store: Store) -> None:
    parties = [a_party(f"p-{number}", headcount=number) for number in range(1200)]
    assert store.parties.upsert_many(VIEWER, parties) == UpsertCounts(new=1200)
    latest = store.changes.latest()
    assert store.parties.upsert_many(VIEWER, parties) == UpsertCounts(same=1200)
    assert store.changes.latest() == latest
    assert store.parties.upsert_many(VIEWER, [a_party("p-7", headcount=8)]) == UpsertCounts(changed=1)
    assert [change.id for change in store.changes.since(latest)] == ["p-7"]


def test_a_later_fact_replaces_an_earlier_one_and_the_others_stay(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party(headcount=45, doctors=3)])
    store.parties.upsert_many(VIEWER, [a_party(on=LATER, headcount=50)])
    store.parties.upsert_many(VIEWER, [replace(a_party(on=EARLIER, headcount=20, trademarks=1), name="旧名")])
    party = store.parties.get(VIEWER, "p-1")
    assert party.values == {"headcount": 50, "doctors": 3, "trademarks": 1}
    assert {code: fact.observed_on for code, fact in party.facts.items()} == {
        "headcount": LATER,
        "doctors": DAY,
        "trademarks": EARLIER,
    }
    assert (party.name, party.observed_on) == ("企业 p-1", LATER)


def test_a_correction_of_the_same_day_stands(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party(headcount=45)])
    assert store.parties.upsert_many(VIEWER, [a_party(headcount=46)]) == UpsertCounts(changed=1)
    assert store.parties.get(VIEWER, "p-1").values == {"headcount": 46}


def test_without_merging_a_fact_that_is_not_given_is_gone(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party(headcount=45, doctors=3)])
    store.parties.upsert_many(VIEWER, [a_party(on=EARLIER, doctors=2)], merge=False)
    assert store.parties.get(VIEWER, "p-1").values == {"doctors": 2}


def test_an_id_that_comes_twice_in_one_call_is_merged_with_itself(store: Store) -> None:
    twice = [a_party(headcount=45), a_party(on=LATER, doctors=3), a_party(headcount=45)]
    assert store.parties.upsert_many(VIEWER, twice) == UpsertCounts(new=1, changed=1, same=1)
    assert store.parties.get(VIEWER, "p-1").values == {"headcount": 45, "doctors": 3}
    assert len(store.changes.since(0)) == 1


def test_the_feed_tells_each_write_once_and_in_order(store: Store) -> None:
    assert (store.changes.latest(), store.changes.since(0)) == (0, [])
    store.parties.upsert_many(VIEWER, [a_party("a"), a_party("b")])
    key = store.parties.key_of(VIEWER, "a")
    store.parties.upsert_many(VIEWER, [a_party("a", doctors=1)])
    store.parties.delete(VIEWER, "a")
    feed = store.changes.since(0)
    assert [(change.id, change.op) for change in feed] == [
        ("a", ChangeOp.UPSERT),
        ("b", ChangeOp.UPSERT),
        ("a", ChangeOp.UPSERT),
        ("a", ChangeOp.DELETE),
    ]
    assert {change.key for change in feed if change.id == "a"} == {key}
    assert [change.sequence for change in feed] == sorted({change.sequence for change in feed})
    assert store.changes.latest() == feed[-1].sequence
    assert store.changes.since(feed[1].sequence, limit=1) == [feed[2]]
    assert all(change.at.utcoffset() is not None and change.tenant == "local" for change in feed)


def test_a_deleted_party_is_gone_and_its_key_is_never_given_again(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party("a")])
    key = store.parties.key_of(VIEWER, "a")
    store.parties.delete(VIEWER, "a")
    for read in (store.parties.get, store.parties.key_of, store.parties.delete):
        with pytest.raises(UnknownParty, match="主体编号 “a”"):
            read(VIEWER, "a")
    assert (store.parties.get_many(VIEWER, [key]), store.parties.count(VIEWER)) == ({}, 0)
    store.parties.upsert_many(VIEWER, [a_party("a")])
    assert store.parties.key_of(VIEWER, "a") > key


@pytest.mark.parametrize("party", ["", "没有", "x" * 201, *UNSTORABLE])
def test_an_id_that_no_party_has_is_unknown_on_every_database(store: Store, party: str) -> None:
    with pytest.raises(UnknownParty):
        store.parties.get(VIEWER, party)
    with pytest.raises(UnknownParty):
        store.parties.delete(VIEWER, party)
    assert store.parties.find_by_credit_code(VIEWER, party) == ()


@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: replace(a_party(), id=text),
        lambda text: replace(a_party(), name=text),
        lambda text: replace(a_party(), source=text),
        lambda text: replace(a_party(), facts={"products": Fact("试剂", text, DAY)}),
    ],
    ids=["id", "name", "source", "fact's source"],
)
def test_text_that_one_database_would_refuse_is_refused_by_all(
    store: Store, spoil: Callable[[str], Party], text: str
) -> None:
    with pytest.raises(InvalidValue):
        store.parties.upsert_many(VIEWER, [a_party("good"), spoil(text)])
    assert store.parties.count(VIEWER) == 0


def test_ids_are_between_1_and_200_characters(store: Store) -> None:
    for party in ("", "编" * 201):
        with pytest.raises(InvalidValue):
            store.parties.upsert_many(VIEWER, [a_party(party)])
    longest = "编" * 200
    store.parties.upsert_many(VIEWER, [a_party(longest)])
    assert store.parties.get(VIEWER, longest).id == longest


def test_a_field_that_is_not_declared_is_refused(store: Store) -> None:
    with pytest.raises(UnknownField, match="headcounts"):
        store.parties.upsert_many(VIEWER, [a_party(headcounts=3)])


def test_another_platform_sees_nothing(two_platforms: Store) -> None:
    parties = two_platforms.parties
    code = "91350100M000100Y43"
    parties.upsert_many(VIEWER, [a_party("a", credit_code=code)])
    key = parties.key_of(VIEWER, "a")
    for read in (parties.get, parties.key_of, parties.delete):
        with pytest.raises(UnknownParty):
            read(OTHER, "a")
    assert parties.get_many(OTHER, [key]) == {}
    assert parties.find_by_credit_code(OTHER, code) == ()
    assert list(parties.iterate(OTHER)) == []
    assert parties.count(OTHER) == 0
    assert parties.find_by_credit_code(VIEWER, code) == (parties.get(VIEWER, "a"),)


def test_two_platforms_may_use_one_id(two_platforms: Store) -> None:
    parties = two_platforms.parties
    parties.upsert_many(VIEWER, [a_party("a", doctors=1)])
    parties.upsert_many(OTHER, [a_party("a", tenant="suzhou", doctors=2)])
    parties.delete(VIEWER, "a")
    assert parties.get(OTHER, "a").values == {"doctors": 2}


def test_the_service_itself_reads_every_platform(two_platforms: Store) -> None:
    parties = two_platforms.parties
    parties.upsert_many(VIEWER, [a_party("a")])
    parties.upsert_many(OTHER, [a_party("b", tenant="suzhou")])
    everything = [pair for batch in parties.iterate(SYSTEM, batch=1) for pair in batch]
    assert [party.id for _, party in everything] == ["a", "b"]
    assert parties.get_many(SYSTEM, [key for key, _ in everything]) == dict(everything)
    assert parties.count(SYSTEM) == 2


def test_nobody_writes_into_another_platform(two_platforms: Store) -> None:
    with pytest.raises(ForeignTenant, match="suzhou"):
        two_platforms.parties.upsert_many(VIEWER, [a_party("a"), a_party("b", tenant="suzhou")])
    with pytest.raises(UnknownTenant, match="nowhere"):
        two_platforms.parties.upsert_many(Viewer(tenant="nowhere"), [a_party(tenant="nowhere")])
    with pytest.raises(UnknownTenant):
        two_platforms.parties.upsert_many(Viewer(tenant="catalogue"), [a_party(tenant="catalogue")])
    assert two_platforms.parties.count(SYSTEM) == 0


def test_many_keys_are_read_at_once(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party(f"p-{number}") for number in range(700)])
    keys = {store.parties.key_of(VIEWER, party): party for party in ("p-0", "p-350", "p-699")}
    asked = np.arange(40_000, dtype=np.int64)
    found = store.parties.get_many(VIEWER, list(asked))
    assert len(found) == 700
    assert {key: found[key].id for key in keys} == keys
    assert store.parties.get_many(VIEWER, []) == {}
    assert store.parties.get_many(VIEWER, [-1, 0, 2**63, 2**70]) == {}


def test_parties_are_gone_through_in_batches_by_rising_key(store: Store) -> None:
    kinds = [PartyKind.ENTERPRISE, PartyKind.CARRIER]
    store.parties.upsert_many(VIEWER, [replace(a_party(f"p-{i}"), kind=kinds[i % 2]) for i in range(7)])
    batches = list(store.parties.iterate(VIEWER, batch=3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert [party.id for batch in batches for _, party in batch] == [f"p-{i}" for i in range(7)]
    carriers = [party.id for batch in store.parties.iterate(SYSTEM, PartyKind.CARRIER, 2) for _, party in batch]
    assert carriers == ["p-1", "p-3", "p-5"]
    assert (store.parties.count(VIEWER), store.parties.count(VIEWER, PartyKind.CARRIER)) == (7, 3)


def test_a_code_that_is_none_is_kept_but_finds_nobody(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party(credit_code="不合规" * 2000)])
    assert store.parties.find_by_credit_code(VIEWER, "不合规" * 2000) == ()
    assert store.parties.get(VIEWER, "p-1").values == {"credit_code": "不合规" * 2000}


def test_writers_at_once_lose_nothing_and_the_feed_misses_nothing(store: Store, database_url: str) -> None:
    """Each writer adds its own fact to the same parties; a reader follows the feed all the while."""
    fields = ("doctors", "trademarks", "copyrights", "design_patents")

    def write(code: str) -> None:
        own = open_store(database_url)
        for number in range(12):
            own.parties.upsert_many(VIEWER, [a_party(f"p-{number}", **{code: number}), a_party(f"{code}-{number}")])
        own.close()

    seen: list[tuple[str, int]] = []
    with ThreadPoolExecutor(len(fields)) as pool:
        writers = [pool.submit(write, code) for code in fields]
        cursor, done = 0, False
        while not done:
            done = all(writer.done() for writer in writers)
            for change in store.changes.since(cursor, limit=5):
                seen.append((change.id, change.sequence))
                cursor, done = change.sequence, False
        for writer in writers:
            writer.result()
    assert store.parties.count(VIEWER) == 12 + 4 * 12
    for number in range(12):
        assert store.parties.get(VIEWER, f"p-{number}").values == dict.fromkeys(fields, number)
    assert seen == [(change.id, change.sequence) for change in store.changes.since(0)]
    assert len(seen) == 4 * 12 * 2


def test_a_write_that_fails_leaves_neither_party_nor_change(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("api.store.parties.record_written", fail)
    with pytest.raises(RuntimeError):
        store.parties.upsert_many(VIEWER, [a_party("a", revenue_wan=Decimal(1))])
    assert (store.parties.count(VIEWER), store.changes.latest()) == (0, 0)


def test_a_batch_leaves_out_what_cannot_be_stored_and_says_where(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party("old"), a_party("older")])
    before = store.changes.latest()
    batch = [a_party("a"), a_party("b", products="NUL \0"), a_party("c" * 201), a_party("old", doctors=1)]
    done = store.parties.write_batch(VIEWER, store.parties.prepare(VIEWER, batch), ["older", "nobody", "\ud800"])
    assert (done.counts, done.deleted) == (UpsertCounts(new=1, changed=1), 1)
    assert {place: error.code for place, error in done.refused.items()} == {1: "invalid_value", 2: "invalid_value"}
    assert {place: error.code for place, error in done.missing.items()} == {1: "unknown_party", 2: "unknown_party"}
    feed = [(change.id, change.op) for change in store.changes.since(before)]
    assert feed == [("older", ChangeOp.DELETE), ("old", ChangeOp.UPSERT), ("a", ChangeOp.UPSERT)]


def test_a_batch_for_another_platform_writes_nothing(two_platforms: Store) -> None:
    two_platforms.parties.upsert_many(VIEWER, [a_party("old")])
    with pytest.raises(ForeignTenant):
        two_platforms.parties.prepare(VIEWER, [a_party("a"), a_party("b", tenant="suzhou")])
    assert two_platforms.parties.write_batch(OTHER, PreparedBatch((), {}), ["old"]).deleted == 0
    assert [party.id for batch in two_platforms.parties.iterate(SYSTEM) for _, party in batch] == ["old"]


def test_old_changes_are_pruned_and_who_needs_them_is_told(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [a_party(f"p-{number}") for number in range(10)])
    assert store.changes.prune(6, older_than=timedelta(hours=1)) == 0
    assert store.changes.prune(6) == 5
    assert [change.sequence for change in store.changes.since(5)] == [6, 7, 8, 9, 10]
    with pytest.raises(FeedPruned):
        store.changes.since(4)
    assert store.changes.prune(6) == 0


def test_the_last_change_always_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.store.changes._PIECE", 3)
    assert store.changes.prune(100) == 0
    store.parties.upsert_many(VIEWER, [a_party(f"p-{number}") for number in range(10)])
    assert store.changes.prune(100) == 9
    assert (store.changes.latest(), store.changes.since(9)[0].id) == (10, "p-9")
    store.parties.upsert_many(VIEWER, [a_party("later")])
    assert [change.sequence for change in store.changes.since(10)] == [11]


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(list(REGISTRY)).flatmap(lambda field: st.tuples(st.just(field), anything() | values_of(field))))
def test_the_short_way_to_json_is_the_long_way(given_value: tuple[Field, Value]) -> None:
    """Whatever the value, of the right type or not: the same JSON, or both refuse."""
    field, value = given_value
    outcomes = []
    for way in (party_rows._readable, party_rows._read_back):
        try:
            raw = way(field, value)
            outcomes.append((type(raw), raw))
        except (InvalidValue, TypeError):
            outcomes.append((InvalidValue, None))
    assert outcomes[0] == outcomes[1]


def anything() -> st.SearchStrategy[Value]:
    decimals = st.decimals() | st.integers(-(10**25), 10**25).map(Decimal)
    others = st.text(max_size=5) | st.booleans() | st.integers() | st.dates() | st.datetimes()
    return decimals | others | st.lists(st.text(max_size=3), max_size=3).map(tuple)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("revenue_wan", Decimal("NaN")),
        ("revenue_wan", Decimal("Infinity")),
        ("revenue_wan", Decimal("1e400")),
        ("revenue_wan", 3),
        ("headcount", True),
        ("headcount", Decimal(3)),
        ("has_own_ip", 1),
        ("collateral", ("专利", "\ud800")),
        ("products", "NUL \0"),
    ],
)
def test_a_value_that_could_not_be_read_back_is_refused(store: Store, code: str, value: Value) -> None:
    with pytest.raises(InvalidValue):
        store.parties.upsert_many(VIEWER, [a_party(**{code: value})])
    assert store.parties.count(VIEWER) == 0


def test_a_fact_of_another_version_is_unknown_and_stays_stored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = FieldRegistry.of((*REGISTRY, replace(REGISTRY["doctors"], code="retired")))
    monkeypatch.setattr("api.store.party_rows.REGISTRY", earlier)
    store.parties.upsert_many(VIEWER, [a_party(retired=3, doctors=2)])
    texts = (replace(field, type=FieldType.TEXT) if field.code == "doctors" else field for field in REGISTRY)
    monkeypatch.setattr("api.store.party_rows.REGISTRY", FieldRegistry.of(texts))
    assert store.parties.get(VIEWER, "p-1").values == {}
    store.parties.upsert_many(VIEWER, [a_party(headcount=9)])
    monkeypatch.setattr("api.store.party_rows.REGISTRY", earlier)
    assert store.parties.get(VIEWER, "p-1").values == {"retired": 3, "doctors": 2, "headcount": 9}
