"""Needs and claims on both databases: what stands in SQL decides, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from api.access.viewers import Viewer
from api.errors import UnknownNeed
from api.store.need_tables import need_claims
from api.store.needs import NeedRecord, NewNeed, Notice
from api.store.store import Store
from api.store.tenants import Tenant, Tier
from matcher.campaigns.claiming import ClaimState, PostedNeed
from matcher.errors import ClaimRefused, InvalidNeed

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
VIEWER = Viewer("local")


def posted(store: Store, limit: int = 3, *, hours: float = 24, told: tuple[str, ...] = ()) -> NeedRecord:
    need = PostedNeed(limit, NOW, NOW + timedelta(hours=hours))
    notices = [Notice(name, "loan.x", 5_000 - place) for place, name in enumerate(told)]
    return store.needs.post(VIEWER, NewNeed("想贷款300万", {"industry": "体外诊断"}, need), notices)


def takers(record: NeedRecord) -> list[str]:
    return [claim.institution for claim in record.plain_claims if claim.state is ClaimState.TAKEN]


def test_a_need_is_given_back_as_it_was_posted(store: Store) -> None:
    made = posted(store, told=("甲", "乙"))
    assert store.needs.get(VIEWER, made.id) == made
    assert (made.text, made.profile, made.posted.limit, made.claims) == ("想贷款300万", {"industry": "体外诊断"}, 3, ())
    assert [notice.institution for notice in store.needs.notices(VIEWER, made.id)] == ["甲", "乙"]


def test_a_hundred_at_once_get_no_more_than_the_limit(store: Store) -> None:
    made = posted(store)

    def ask(place: int) -> bool:
        try:
            store.needs.claim(VIEWER, made.id, (f"机构{place % 60}", "loan.x"), NOW)
        except ClaimRefused:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        granted = list(pool.map(ask, range(100)))
    after = store.needs.get(VIEWER, made.id)
    assert len(takers(after)) == len(set(takers(after))) == 3
    assert after.revision == 3
    assert 3 <= sum(granted) <= 6  # who asks again is told that it holds its claim


def test_whoever_waits_moves_up_in_order(store: Store) -> None:
    made = posted(store, limit=1)
    store.needs.claim(VIEWER, made.id, ("甲", "loan.x"), NOW)
    for name in "乙丙":
        store.needs.claim(VIEWER, made.id, (name, "loan.x"), NOW, wait=True)
    after = store.needs.release(VIEWER, made.id, "甲", NOW, "额度不足")
    assert takers(after) == ["乙"]
    assert [item.reason for item in after.claims] == ["额度不足", "", ""]
    again = store.needs.claim(VIEWER, made.id, ("甲", "loan.y"), NOW, wait=True)
    assert [(item.claim.institution, item.claim.state.value) for item in again.claims] == [
        ("甲", "released"),
        ("乙", "taken"),
        ("丙", "waiting"),
        ("甲", "waiting"),
    ]


def test_withdrawn_over_and_unknown(store: Store) -> None:
    made = posted(store, hours=1)
    with pytest.raises(ClaimRefused):
        store.needs.claim(VIEWER, made.id, ("甲", "loan.x"), NOW + timedelta(hours=2))
    store.needs.claim(VIEWER, made.id, ("甲", "loan.x"), NOW)
    gone = store.needs.withdraw(VIEWER, made.id, NOW)
    assert store.needs.withdraw(VIEWER, made.id, NOW) == gone
    assert takers(gone) == ["甲"]
    with pytest.raises(ClaimRefused):
        store.needs.claim(VIEWER, made.id, ("乙", "loan.x"), NOW)
    store.tenants.ensure(Tenant("other", "别处", Tier.LOCAL))
    for asker, need in ((VIEWER, "none"), (VIEWER, "a\x00"), (Viewer("other"), made.id)):
        with pytest.raises(UnknownNeed):
            store.needs.get(asker, need)
    with pytest.raises(InvalidNeed):
        posted(store, limit=0)


def test_an_institution_sees_what_it_may_take_best_first(store: Store) -> None:
    second = posted(store, told=("甲", "乙"))
    first = posted(store, told=("乙", "甲"))
    posted(store, told=("丙",))
    over = posted(store, told=("乙",), hours=0.5)
    gone = posted(store, told=("乙",))
    store.needs.withdraw(VIEWER, gone.id, NOW)
    later = NOW + timedelta(hours=1)
    found = store.needs.open_to(VIEWER, "乙", later)
    assert [(record.id, notice.points) for record, notice in found] == [(first.id, 5_000), (second.id, 4_999)]
    assert over.id not in {record.id for record, _ in found}


def test_the_database_itself_refuses_a_second_claim_of_one_institution(store: Store) -> None:
    made = posted(store)
    store.needs.claim(VIEWER, made.id, ("甲", "loan.x"), NOW)
    row = {"need_id": made.id, "number": 9, "institution": "甲", "offer_id": "", "state": "taken", "standing": True}
    row |= {"reason": "", "at": NOW, "changed": NOW}
    with pytest.raises(IntegrityError), store.needs._database.writing() as connection:
        connection.execute(insert(need_claims).values(**row))
    with store.needs._database.writing() as connection:
        connection.execute(update(need_claims).values(standing=None, state="released"))
        connection.execute(insert(need_claims).values(**row))
