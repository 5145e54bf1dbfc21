"""The feed on both databases: one moment a step, every party in exactly one span, in order; what was pruned is said."""

from dataclasses import replace

import orjson
import pytest

from api.access.viewers import Viewer
from api.errors import FeedPruned
from api.indexing.layout import laid_out
from api.store.store import Store
from api.store.tenants import Tenant, Tier
from tests.api.worlds import party


def write(store: Store, tenant: str, *names: str, headcount: int = 1) -> None:
    viewer = Viewer(tenant=tenant)
    store.tenants.ensure(Tenant(tenant, tenant, Tier.LOCAL))
    rows = [replace(party(name, headcount=headcount), tenant=tenant) for name in names]
    store.parties.upsert_many(viewer, rows)


def test_a_step_holds_the_last_change_of_each_key_and_the_rows_as_they_are(store: Store):
    before = store.changes.latest()
    write(store, "甲", "a", "b", "c")
    write(store, "甲", "b", headcount=2)
    write(store, "乙", "a")
    store.parties.delete(Viewer(tenant="甲"), "c")
    keys = {name: store.parties.key_of(Viewer(tenant="甲"), name) for name in "ab"}
    step = store.feed.after(before)
    assert (step.sequence, step.more) == (store.changes.latest(), False)
    assert {tenant: len(touched) for tenant, touched in step.touched.items()} == {"甲": 3, "乙": 1}
    assert step.touched["甲"][keys["b"]] > step.touched["甲"][keys["a"]]
    found = {(item.tenant, item.key): orjson.loads(item.facts)["headcount"][0] for item in step.parties}
    assert len(found) == 3
    assert (found["甲", keys["a"]], found["甲", keys["b"]]) == (1, 2)
    assert {item.kind for item in step.parties} == {"enterprise"}
    nothing = store.feed.after(step.sequence)
    assert (nothing.sequence, nothing.touched, nothing.parties, nothing.more) == (step.sequence, {}, (), False)


def test_a_short_step_says_that_there_is_more_and_steps_lead_to_the_end(store: Store):
    before = store.changes.latest()
    write(store, "甲", *"abcde")
    seen: list[int] = []
    step = store.feed.after(before, limit=2)
    while step.more:
        seen += step.touched["甲"]
        step = store.feed.after(step.sequence, limit=2)
    seen += step.touched.get("甲", {})
    assert sorted(seen) == [store.parties.key_of(Viewer(tenant="甲"), name) for name in "abcde"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_spans_hold_every_party_once_by_platform_and_key(store: Store, size: int):
    for turn in range(3):
        for tenant, count in (("乙", 3), ("丙", 1), ("甲", 2)):
            write(store, tenant, *(f"{turn}-{place}" for place in range(count)))
    read = [(item.tenant, item.key) for span in store.feed.spans(size) for item in store.feed.parties(span)]
    assert len(read) == 18
    assert read == sorted(set(read))


def test_changes_that_are_no_longer_held_are_not_passed_by(store: Store):
    before = store.changes.latest()
    write(store, "甲", "a", "b")
    write(store, "甲", "c")
    store.changes.prune(store.changes.latest())
    with pytest.raises(FeedPruned):
        store.feed.after(before)
    assert store.feed.after(store.changes.latest()).touched == {}


def test_what_was_just_written_is_handed_on_as_the_feed_would_tell_it(store: Store):
    write(store, "甲", "early")
    store.feed.listen()
    before = store.changes.latest()
    write(store, "甲", "a", "b", "c")
    write(store, "甲", "b", headcount=2)
    store.parties.delete(Viewer(tenant="甲"), "c")
    read = store.feed.after(before)
    handed = []
    at = before
    while (step := store.feed.following(at)).touched:
        handed.append(step)
        at = step.sequence
    assert [step.more for step in handed] == [True, True, True]
    assert at == read.sequence
    assert {key: number for step in handed for key, number in step.touched["甲"].items()} == read.touched["甲"]
    rows = {item.key: item for step in handed for item in step.parties}
    last = {item.key: item for item in read.parties}
    assert laid_out([rows[key] for key in last]).frame.equals(laid_out(list(last.values())).frame)
    assert store.feed.following(before).touched == read.touched, "handed on once; whoever comes later reads"


def undone(store: Store, *names: str) -> None:
    """Write within a transaction that then fails."""
    with store.together():
        write(store, "甲", *names)
        raise ZeroDivisionError


def test_what_was_undone_is_not_handed_on(store: Store):
    write(store, "甲", "early")
    store.feed.listen()
    before = store.changes.latest()
    with pytest.raises(ZeroDivisionError):
        undone(store, "a", "b")
    with store.together():
        with pytest.raises(ZeroDivisionError):
            undone(store, "c")
        write(store, "甲", "d")
    step = store.feed.following(before)
    assert len(step.touched["甲"]) == 1
    assert list(step.touched["甲"]) == [store.parties.key_of(Viewer(tenant="甲"), "d")]


def test_more_rows_than_a_statement_takes_are_numbered_in_the_order_they_came(store: Store):
    names = [f"n{number:03}" for number in range(600)]
    before = store.changes.latest()
    write(store, "甲", *names)
    write(store, "甲", *names[100:300], headcount=2)
    write(store, "甲", *names[:300], headcount=2)
    changed = store.changes.since(before, limit=2_000)
    assert [change.id for change in changed] == [*names, *names[100:300], *names[:100]]
    assert store.parties.count(Viewer(tenant="甲")) == 600
    assert store.parties.get(Viewer(tenant="甲"), "n299").values["headcount"] == 2
