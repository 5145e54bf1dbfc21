"""Changes that can be undone, column templates and the library's list, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.access.viewers import Viewer
from api.errors import UnknownImport
from api.store.listing import PartyListing, PartyOrder
from api.store.revision_tables import party_revisions
from api.store.revisions import Undone
from api.store.store import Store
from api.store.tenants import Tenant, Tier
from matcher.errors import UnknownField, UnknownParty
from matcher.fields import PartyKind, Value
from matcher.parties import Fact, Party

HERE, THERE = Viewer("local"), Viewer("elsewhere")
DAY = date(2026, 11, 1)


def firm(identifier: str, day: date = DAY, **values: Value) -> Party:
    facts = {code: Fact(value, "名录", day) for code, value in values.items()}
    return Party(identifier, PartyKind.ENTERPRISE, str(values.get("name", identifier)), facts, "local", "名录", day)


def test_an_import_is_undone_to_what_was_before(store: Store) -> None:
    old = firm("a", headcount=10)
    store.parties.upsert_many(HERE, [old])
    later = DAY + timedelta(days=1)
    counts = store.revisions.write(HERE, [firm("a", later, headcount=20), firm("b")], by="王芳", import_id="i1")
    assert (counts.new, counts.changed, counts.same) == (1, 1, 0)
    assert store.revisions.open_of(HERE, "i1") == 2
    assert store.revisions.open_of(THERE, "i1") == 0
    assert store.revisions.undo_import(HERE, "i1") == Undone(restored=1, removed=1, kept=0)
    assert store.parties.get(HERE, "a") == old
    with pytest.raises(UnknownParty):
        store.parties.get(HERE, "b")
    assert store.revisions.undo_import(HERE, "i1") == Undone()
    assert store.revisions.open_of(HERE, "i1") == 0


def test_what_changed_since_is_left_alone(store: Store) -> None:
    store.revisions.write(HERE, [firm("a", headcount=10), firm("b", headcount=1)], by="王芳", import_id="i1")
    after = firm("a", DAY + timedelta(days=2), headcount=30)
    store.parties.upsert_many(HERE, [after])
    assert store.revisions.undo_import(HERE, "i1") == Undone(restored=0, removed=1, kept=1)
    assert store.parties.get(HERE, "a").values["headcount"] == 30


def test_a_row_that_says_the_same_leaves_no_change(store: Store) -> None:
    store.parties.upsert_many(HERE, [firm("a", headcount=10)])
    store.revisions.write(HERE, [firm("a", headcount=10)], by="王芳", import_id="i1")
    assert store.revisions.of(HERE, "a") == ()


def test_a_change_says_who_and_what_was_before_and_personal_data_stays_sealed(store: Store) -> None:
    store.parties.upsert_many(HERE, [firm("a", contact_phone="13812345678")])
    store.revisions.write(HERE, [firm("a", headcount=5)], by="王芳", merge=False)
    (change,) = store.revisions.of(HERE, "a")
    assert (change.by, change.import_id, change.undone) == ("王芳", None, None)
    assert change.before is not None
    assert change.before.values == {"contact_phone": "13812345678"}
    with store._database.reading() as connection:
        kept = connection.execute(select(party_revisions.c.before)).scalar_one()
    assert "13812345678" not in str(kept)
    assert store.revisions.undo(HERE, change.number) == Undone(restored=1)
    assert store.parties.get(HERE, "a").values["contact_phone"] == "13812345678"


def test_changes_are_removed_by_age(store: Store) -> None:
    store.revisions.write(HERE, [firm("a")], by="王芳", import_id="i1")
    assert store.revisions.prune(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert store.revisions.prune(datetime(2100, 1, 1, tzinfo=UTC)) == 1
    assert store.revisions.undo_import(HERE, "i1") == Undone()


WRITES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=6)


@given(before=WRITES, imported=WRITES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_trial_says_what_writing_does_and_undoing_brings_everything_back(
    store: Store, before: list[tuple[str, int, int]], imported: list[tuple[str, int, int]]
) -> None:
    for key in "abc":
        if any(item.id == key for item in store.listing.page(HERE, PartyListing())[0]):
            store.parties.delete(HERE, key)
    parties = [
        {key: firm(key, DAY + timedelta(days=days), headcount=count) for key, count, days in writes}
        for writes in (before, imported)
    ]
    store.parties.upsert_many(HERE, parties[0].values())
    stood = {key: store.parties.get(HERE, key) for key in parties[0]}
    would = list(store.revisions.would(HERE, list(parties[1].values())).values())
    done = store.revisions.write(HERE, list(parties[1].values()), by="王芳", import_id="i")
    assert [would.count(name) for name in ("new", "changed", "same")] == [done.new, done.changed, done.same]
    store.revisions.undo_import(HERE, "i")
    listed, total = store.listing.page(HERE, PartyListing())
    assert {item.id for item in listed} == stood.keys()
    assert total == len(stood)
    assert {key: store.parties.get(HERE, key) for key in stood} == stood


def test_a_template_takes_the_place_of_one_of_its_name_and_is_its_platforms_alone(store: Store) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    store.tenants.ensure(Tenant("elsewhere", "别处", Tier.LOCAL))
    store.import_templates.keep(HERE, "园区名录", PartyKind.ENTERPRISE, {"企业": "name"}, now)
    columns = {"企业": "name", "老板爱好": ""}
    made = store.import_templates.keep(HERE, "园区名录", PartyKind.ENTERPRISE, columns, now)
    assert store.import_templates.list(HERE) == (made,)
    assert made.columns == columns
    assert store.import_templates.list(THERE) == ()
    with pytest.raises(UnknownImport):
        store.import_templates.delete(THERE, made.id)
    with pytest.raises(UnknownField, match="老板爱好"):
        store.import_templates.keep(HERE, "另一份", PartyKind.ENTERPRISE, {"老板爱好": "hobby"}, now)
    store.import_templates.delete(HERE, made.id)
    assert store.import_templates.list(HERE) == ()


def test_the_library_is_listed_page_by_page_under_a_filter(store: Store) -> None:
    places = ["320505", "320505", "330100", None]
    firms = [
        firm(f"f{n}", DAY, **({"name": f"第{n}诊断_公司"} | ({} if place is None else {"region": place})))
        for n, place in enumerate(places)
    ]
    store.parties.upsert_many(HERE, firms)
    found, total = store.listing.page(HERE, PartyListing(limit=2))
    assert ([item.id for item in found], total) == (["f0", "f1"], 4)
    found, _ = store.listing.page(HERE, PartyListing(order=PartyOrder.NAME, descending=True, start=1, limit=2))
    assert [item.id for item in found] == ["f2", "f1"]
    among = {"region": frozenset({"320505"})}
    assert store.listing.page(HERE, PartyListing(codes=among))[1] == 2
    assert store.listing.page(HERE, PartyListing(codes={"region": frozenset()}))[1] == 0
    assert [item.id for item in store.listing.page(HERE, PartyListing(text="3诊断"))[0]] == ["f3"]
    assert store.listing.page(HERE, PartyListing(text="%"))[1] == 0
    assert store.listing.page(HERE, PartyListing(text="_"))[1] == 4
    assert store.listing.codes(HERE, "region") == {"320505": 2, "330100": 1}
    assert store.listing.page(THERE, PartyListing()) == ((), 0)
