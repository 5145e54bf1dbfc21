"""Investments on both databases: each change a record of its own, nothing lost, told again changes nothing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from api.access.viewers import Role, Viewer
from api.errors import UnknownInvestment
from api.store.investments import Told, Wanted
from api.store.store import Store
from api.store.tenants import Tenant, Tier
from api.store.upserting import UpsertCounts
from matcher.errors import InvalidValue
from matcher.investments import Investment

VIEWER = Viewer("local")
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def told(why: str = "", minutes: int = 0) -> Told:
    return Told("科员", NOW + timedelta(minutes=minutes), why)


def made(firm: str = "乙诊断", **more: object) -> Investment:
    given: dict[str, object] = {"on": date(2025, 1, 2), "round": "A轮", "amount_wan": Decimal("300.50"), **more}
    return Investment("甲基金", firm, **given)  # type: ignore[arg-type]


def standing(store: Store, viewer: Viewer = VIEWER, **wanted: object) -> list[Investment]:
    return [item.investment for item in store.investments.list(viewer, Wanted(**wanted))[1]]  # type: ignore[arg-type]


def test_a_correction_is_a_further_record_and_a_removal_too(store: Store) -> None:
    first = store.investments.put(VIEWER, made(), told("登记"))
    assert store.investments.put(VIEWER, made(), told("又登记")) == first
    second = store.investments.put(VIEWER, made(on=date(2025, 2, 2), amount_wan=None), told("日期有误", 1), first.id)
    assert (second.id, second.number) == (first.id, 2)
    assert standing(store) == [second.investment]

    gone = store.investments.remove(VIEWER, first.id, told("重复", 2))
    assert (standing(store), gone.removed, gone.investment) == ([], True, second.investment)
    with pytest.raises(UnknownInvestment):
        store.investments.remove(VIEWER, first.id, told())
    assert store.investments.history(VIEWER, first.id) == (first, second, gone)
    again = store.investments.put(VIEWER, made(), told("确有其事", 3))
    assert (again.id, again.number, standing(store)) == (first.id, 4, [made()])


def test_a_file_told_again_changes_nothing_not_even_what_was_corrected_since(store: Store) -> None:
    rows = [made(), made("丙药业", amount_wan=None), made("丁", on=None, stake_pct=Decimal(12))]
    assert store.investments.put_many(VIEWER, [*rows, made()], told()) == UpsertCounts(3, 0, 1)
    key = store.investments.list(VIEWER, Wanted(firm="乙诊断"))[1][0].id
    store.investments.put(VIEWER, made(on=date(2025, 3, 3)), told("日期有误", 1), key)
    other = store.investments.list(VIEWER, Wanted(firm="丁"))[1][0].id
    store.investments.remove(VIEWER, other, told("有误", 1))

    assert store.investments.put_many(VIEWER, rows, told("再次导入", 2)) == UpsertCounts(0, 0, 3)
    assert [item.on for item in standing(store)] == [date(2025, 3, 3), date(2025, 1, 2)]
    changed = [made("丙药业", amount_wan=Decimal(80))]
    assert store.investments.put_many(VIEWER, changed, told("补金额", 3)) == UpsertCounts(0, 1, 0)
    assert standing(store, firm="丙药业") == changed


def test_each_sees_its_own_and_a_platform_its_own(store: Store) -> None:
    store.tenants.ensure(Tenant("suzhou", "苏州", Tier.LOCAL))
    fund, other = Viewer("local", Role.INSTITUTION, "fund-1"), Viewer("local", Role.INSTITUTION, "fund-2")
    own = store.investments.put(VIEWER, made(investor_id="fund-1"), told())
    store.investments.put(VIEWER, made("丙药业"), told())
    assert standing(store, fund) == [own.investment]
    for viewer in (other, Viewer("suzhou"), Viewer("local", Role.ENTERPRISE, "p-1")):
        assert standing(store, viewer) == []
        with pytest.raises(UnknownInvestment):
            store.investments.history(viewer, own.id)
        with pytest.raises(UnknownInvestment):
            store.investments.put(viewer, made(), told(), own.id)
    mine = store.investments.put(other, made(investor_id="fund-2"), told())
    assert mine.id != own.id, "the same words of another fund are its own record"
    assert store.investments.of_funds(Viewer("local"), ["fund-2"]) == (mine.investment,)
    assert store.investments.of_funds(Viewer("suzhou")) == ()


def test_what_cannot_be_stored_is_refused_and_offers_are_looked_at_again(store: Store) -> None:
    before = (store.offers.version(), store.offers.writes)
    with pytest.raises(InvalidValue):
        store.investments.put_many(VIEWER, [made("\0")], told())
    assert (store.offers.version(), store.offers.writes) == before
    store.investments.put_many(VIEWER, [made()], told())
    after = (store.offers.version(), store.offers.writes)
    assert (after[0] != before[0], after[1]) == (True, before[1] + 1)
    store.investments.put_many(VIEWER, [made()], told())
    assert (store.offers.version(), store.offers.writes) == after
