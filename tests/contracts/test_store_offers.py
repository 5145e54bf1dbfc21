"""Offers, platforms and imports in the store, on SQLite and PostgreSQL, comparing values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.viewers import SYSTEM, Viewer
from api.errors import ForeignTenant, StoreDamaged, UnknownImport, UnknownTenant
from api.store.offer_rows import body_of, offer_of
from api.store.store import Store
from api.store.tenants import Tenant, Tier
from api.store.upserting import UpsertCounts
from matcher.catalogue.loader import load_catalogue
from matcher.eligibility.criteria import All, AnyOf, Clause, Criterion, Leaf, Not, Operator
from matcher.errors import InvalidValue, UnknownOffer
from matcher.fields import PartyKind
from matcher.offers import Confidence, Holding, Offer, OfferKind, OfferStatus, Terms
from tests.contracts.stored import DAY, TEXTS
from tests.thorough import examples

VIEWER, SUZHOU = Viewer(), Viewer(tenant="suzhou")
CLAUSE = Clause("简报·第245期", "二", "重点服务生物医药产业")
LEAF = Leaf("age_years", Operator.LE, Decimal("5.00"), "成立不超过5年", CLAUSE, "按周年计")


def an_offer(offer: str = "loan.local", *, tenant: str = "local", **changes: object) -> Offer:
    made = Offer(
        id=offer,
        kind=OfferKind.LOAN,
        name="本地贷",
        provider="某银行",
        summary="面向本地企业",
        focus="生物医药",
        audience=frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM}),
        clauses=(CLAUSE,),
        tenant=tenant,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


FULL = an_offer(
    criteria=All(
        (
            LEAF,
            AnyOf((Leaf("headcount", Operator.LT, 200, "少于200人", CLAUSE), Not(LEAF, "除外")), "任一", 1),
            Leaf("has_own_ip", Operator.EQ, True, "有自主知识产权", CLAUSE),
            Leaf("founded_on", Operator.GE, date(2020, 2, 29), "2020年2月29日后成立", CLAUSE),
            Leaf("region", Operator.UNDER, ("320583",), "在昆山", CLAUSE),
            Leaf("name", Operator.MANUAL, None, "需评审", CLAUSE),
        ),
        "同时",
    ),
    preferences=(LEAF,),
    terms=Terms(
        amount_max_wan=Decimal("500.10"), term_months_max=36, rate_min_pct=Decimal("3.85"), guarantee_modes=("信用",)
    ),
    benefits=("贴息 50%",),
    service_regions=("320500",),
    industry_focus=("C27",),
    confidence=Confidence.B,
    status=OfferStatus.DRAFT,
    effective_from=date(2021, 10, 22),
    assumptions=("按‘含’理解",),
    provider_id="bank-1",
    source="演示数据（虚构）",
    observed_on=DAY,
    synthetic=True,
    portfolio=(Holding("2770", 6, "体外诊断试剂"), Holding("", 1)),
)

VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(0, 10**18),
    st.decimals(-(10**9), 10**9, allow_nan=False, places=4),
    st.dates(),
    st.lists(TEXTS, max_size=3).map(tuple),
)
LEAVES = st.builds(
    Leaf, st.just("headcount"), st.sampled_from(Operator), st.none() | VALUES, TEXTS, st.just(CLAUSE), TEXTS
)
CRITERIA: st.SearchStrategy[Criterion] = st.recursive(
    LEAVES,
    lambda child: st.one_of(
        st.builds(All, st.lists(child, max_size=3).map(tuple), TEXTS),
        st.builds(AnyOf, st.lists(child, max_size=3).map(tuple), TEXTS, st.integers(1, 3)),
        st.builds(Not, child, TEXTS),
    ),
    max_leaves=6,
)


@pytest.fixture
def platforms(store: Store) -> Store:
    store.tenants.ensure(Tenant("nation", "国家平台", Tier.NATIONAL))
    store.tenants.ensure(Tenant("jiangsu", "江苏行业平台", Tier.ASSOCIATION, "nation"))
    store.tenants.ensure(Tenant("suzhou", "苏州平台", Tier.LOCAL, "jiangsu"))
    return store


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(criteria=CRITERIA)
def test_criteria_are_read_back_with_the_type_of_every_value(store: Store, criteria: Criterion) -> None:
    store.offers.upsert_many(VIEWER, [an_offer(criteria=criteria)])
    assert repr(store.offers.get(VIEWER, "loan.local").criteria) == repr(criteria)


def test_every_part_of_an_offer_is_read_back(store: Store) -> None:
    store.offers.upsert_many(VIEWER, [FULL])
    read = store.offers.get(VIEWER, FULL.id)
    assert read == FULL
    assert repr(read.criteria) == repr(FULL.criteria)
    assert repr(read.terms) == repr(FULL.terms)


def test_the_built_in_catalogue_is_read_back_as_it_was_loaded(store: Store) -> None:
    catalogue = load_catalogue()
    counts = store.offers.replace_catalogue(catalogue.offers.values(), catalogue.version)
    assert counts == UpsertCounts(new=len(catalogue.offers))
    read = store.offers.list(VIEWER)
    assert read == tuple(catalogue.offers.values())
    assert [repr(offer.criteria) for offer in read] == [repr(offer.criteria) for offer in catalogue.offers.values()]
    assert store.offers.catalogue_version() == catalogue.version


def test_a_new_catalogue_takes_the_place_of_the_old_one(store: Store) -> None:
    old = [an_offer("a", tenant=""), an_offer("b", tenant="")]
    assert store.offers.catalogue_version() is None
    assert store.offers.replace_catalogue(old, "v1") == UpsertCounts(new=2)
    first = store.offers.version()
    assert store.offers.replace_catalogue(old, "v1") == UpsertCounts(same=2)
    assert store.offers.version() == first
    new = [an_offer("b", tenant="", name="改名"), an_offer("c", tenant="")]
    assert store.offers.replace_catalogue(new, "v2") == UpsertCounts(new=1, changed=1)
    assert store.offers.list(VIEWER) == tuple(new)
    assert store.offers.version() != first
    assert store.offers.replace_catalogue([], "v3") == UpsertCounts()
    assert store.offers.list(VIEWER) == ()


def test_the_version_tells_every_change_and_nothing_else(store: Store) -> None:
    seen = [store.offers.version()]
    for write in (
        lambda: store.offers.upsert_many(VIEWER, [an_offer()]),
        lambda: store.offers.upsert_many(VIEWER, [an_offer()]),
        lambda: store.offers.upsert_many(VIEWER, [an_offer(name="改名")]),
        lambda: store.offers.delete(VIEWER, "loan.local"),
    ):
        write()
        seen.append(store.offers.version())
    assert seen[1] == seen[2]
    assert len(set(seen)) == 4


def test_an_offer_is_seen_on_its_platform_and_below_it(platforms: Store) -> None:
    offers = platforms.offers
    offers.replace_catalogue([an_offer("built-in", tenant="")], "v1")
    for tenant in ("nation", "jiangsu", "suzhou", "local"):
        offers.upsert_many(Viewer(tenant=tenant), [an_offer(f"of-{tenant}", tenant=tenant)])
    seen = {tenant: [offer.id for offer in offers.list(Viewer(tenant=tenant))] for tenant in ("nation", "suzhou")}
    assert seen == {"nation": ["built-in", "of-nation"], "suzhou": ["built-in", "of-nation", "of-jiangsu", "of-suzhou"]}
    assert offers.get(SUZHOU, "of-jiangsu").tenant == "jiangsu"
    for hidden in ("of-local", "没有", "\0", ""):
        with pytest.raises(UnknownOffer):
            offers.get(SUZHOU, hidden)
    assert len(offers.list(SYSTEM)) == 5
    assert [offer.id for offer in offers.list(Viewer(tenant="unknown"))] == ["built-in"]


def test_offers_are_listed_by_kind(store: Store) -> None:
    store.offers.upsert_many(VIEWER, [an_offer("a"), an_offer("b", kind=OfferKind.FUND)])
    assert [offer.id for offer in store.offers.list(VIEWER, OfferKind.FUND)] == ["b"]


def test_an_id_means_one_offer_to_a_viewer(platforms: Store) -> None:
    offers = platforms.offers
    offers.replace_catalogue([an_offer("built-in", tenant="")], "v1")
    offers.upsert_many(Viewer(tenant="nation"), [an_offer("of-nation", tenant="nation")])
    for taken in ("built-in", "of-nation"):
        with pytest.raises(InvalidValue, match=taken):
            offers.upsert_many(SUZHOU, [an_offer(taken, tenant="suzhou")])
    offers.upsert_many(VIEWER, [an_offer("of-nation")])
    assert offers.get(VIEWER, "of-nation").tenant == "local"


def test_only_its_own_platform_writes_or_removes_an_offer(platforms: Store) -> None:
    offers = platforms.offers
    offers.replace_catalogue([an_offer("built-in", tenant="")], "v1")
    offers.upsert_many(Viewer(tenant="nation"), [an_offer("of-nation", tenant="nation")])
    for kept in ("built-in", "of-nation", "没有", "\0"):
        with pytest.raises(UnknownOffer):
            offers.delete(SUZHOU, kept)
    for foreign in ("nation", ""):
        with pytest.raises(ForeignTenant):
            offers.upsert_many(SUZHOU, [an_offer("x", tenant=foreign)])
    with pytest.raises(UnknownTenant):
        offers.upsert_many(Viewer(tenant="catalogue"), [an_offer("x", tenant="catalogue")])
    assert len(offers.list(SYSTEM)) == 2


@pytest.mark.parametrize("spoilt", [{"name": "\0"}, {"focus": "\ud800"}, {"id": ""}, {"id": "x" * 201}])
def test_an_offer_that_cannot_be_stored_is_refused(store: Store, spoilt: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        store.offers.upsert_many(VIEWER, [replace(an_offer(), **spoilt)])  # type: ignore[arg-type]
    assert store.offers.list(VIEWER) == ()


@pytest.mark.parametrize(
    "body",
    [
        {"$": "Leaf", "field": "headcount"},
        {"$": "Clause", "document": "", "article": "", "quote": ""},
        {**body_of(FULL), "kind": {"$": "OfferKind", "value": "gift"}},
        {**body_of(FULL), "colour": "red"},
        {**body_of(FULL), "terms": {"$": "Path", "value": "/"}},
        {},
    ],
)
def test_a_body_that_is_no_offer_is_damage(body: dict[str, object]) -> None:
    with pytest.raises(StoreDamaged):
        offer_of(body)


def test_platforms_are_written_and_read(platforms: Store) -> None:
    suzhou = Tenant("suzhou", "苏州平台", Tier.LOCAL, "jiangsu")
    assert platforms.tenants.get("suzhou") == suzhou
    assert [tenant.id for tenant in platforms.tenants.list()] == ["jiangsu", "local", "nation", "suzhou"]
    platforms.tenants.ensure(replace(suzhou, name="苏州市平台", parent_id=None))
    assert platforms.tenants.get("suzhou") == Tenant("suzhou", "苏州市平台", Tier.LOCAL)
    for unknown in ("没有", "", "\0", "catalogue"):
        with pytest.raises(UnknownTenant):
            platforms.tenants.get(unknown)
    with pytest.raises(UnknownTenant, match="nowhere"):
        platforms.tenants.ensure(Tenant("x", "x", Tier.LOCAL, "nowhere"))
    for reserved in ("catalogue", "", "\ud800"):
        with pytest.raises(InvalidValue):
            platforms.tenants.ensure(Tenant(reserved, "x", Tier.LOCAL))


def test_platforms_in_a_circle_end_nowhere_but_do_end(platforms: Store) -> None:
    platforms.tenants.ensure(Tenant("nation", "国家平台", Tier.NATIONAL, "suzhou"))
    platforms.offers.upsert_many(Viewer(tenant="jiangsu"), [an_offer(tenant="jiangsu")])
    assert len(platforms.offers.list(SUZHOU)) == 1


def test_an_import_is_noted_from_its_start_to_its_end(platforms: Store) -> None:
    imports = platforms.imports
    begun = imports.start(VIEWER, kind=PartyKind.CARRIER, file_name="载体.xlsx", sha256="ab" * 32)
    assert (begun.finished, begun.counts, begun.kind) == (None, {}, PartyKind.CARRIER)
    assert imports.get(VIEWER, begun.id) == begun
    ended = imports.finish(VIEWER, begun.id, {"rows": 3, "new": 2, "rejected": 1})
    assert ended == replace(begun, finished=ended.finished, counts={"rows": 3, "new": 2, "rejected": 1})
    assert ended.finished is not None
    assert ended.finished >= begun.started
    later = imports.start(VIEWER, kind=PartyKind.ENTERPRISE, file_name="b.csv", sha256="cd" * 32)
    assert imports.list(VIEWER) == (later, ended)
    assert imports.list(VIEWER, limit=1) == (later,)


def test_an_import_is_its_platform_s_own(platforms: Store) -> None:
    imports = platforms.imports
    begun = imports.start(VIEWER, kind=PartyKind.ENTERPRISE, file_name="a.csv", sha256="")
    for batch, viewer in ((begun.id, SUZHOU), ("没有", VIEWER), ("\0", VIEWER)):
        with pytest.raises(UnknownImport):
            imports.get(viewer, batch)
        with pytest.raises(UnknownImport):
            imports.finish(viewer, batch, {})
    assert imports.list(SUZHOU) == ()
    with pytest.raises(InvalidValue):
        imports.start(VIEWER, kind=PartyKind.ENTERPRISE, file_name="a\0.csv", sha256="")
    with pytest.raises(UnknownTenant):
        imports.start(Viewer(tenant="nowhere"), kind=PartyKind.ENTERPRISE, file_name="a.csv", sha256="")
