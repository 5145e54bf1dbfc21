"""The demonstration world is the same for a seed, valid by the field registry, and marked as invented everywhere."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.catalogue.loader import load_catalogue
from matcher.declarations.carrier import CARRIER_KINDS
from matcher.declarations.enterprise import COOPERATION_AREAS
from matcher.declarations.registry import REGISTRY
from matcher.derivation import at_date, derive
from matcher.eligibility.criteria import leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import State
from matcher.evaluation.demo_materials import SOURCE, brand, credit_code
from matcher.evaluation.demo_world import DemoWorld, demo_world
from matcher.fields import PartyKind
from matcher.offers import Offer, OfferKind
from matcher.parties import Party
from matcher.taxonomy import credit_codes, zones
from matcher.validation import check_value, from_json, to_json

AT = date(2026, 11, 22)


@pytest.fixture(scope="module")
def world() -> DemoWorld:
    return demo_world()


def kind_of(world: DemoWorld, kind: PartyKind) -> list[Party]:
    return [party for party in world.parties if party.kind is kind]


def offers_of(world: DemoWorld, kind: OfferKind) -> list[Offer]:
    return [offer for offer in world.offers if offer.kind is kind]


def eligibility(party: Party, offer_id: str) -> tuple[State, list[str]]:
    offer = load_catalogue().offers[offer_id]
    found = evaluate(offer.criteria, at_date(derive(party.values), AT))
    return found.state, [item.leaf.field for item in found.of_state(State.UNMET)]


def test_everything_says_that_it_is_invented(world: DemoWorld) -> None:
    assert all(party.synthetic and party.name.startswith("演示·") for party in world.parties)
    assert {party.source for party in world.parties} == {SOURCE}
    assert {fact.source for party in world.parties for fact in party.facts.values()} == {SOURCE}
    assert all(offer.synthetic and offer.source == SOURCE for offer in world.offers)
    assert {clause.document for offer in world.offers for clause in offer.clauses} == {SOURCE}
    assert {leaf.clause.document for o in world.offers if o.criteria for leaf in leaves(o.criteria)} == {SOURCE}


def test_the_same_seed_gives_the_same_world_and_another_another() -> None:
    assert demo_world(7, 30) == demo_world(7, 30)
    assert demo_world(8, 30).parties[20] != demo_world(7, 30).parties[20]


def test_asking_for_more_enterprises_changes_none_of_the_others(world: DemoWorld) -> None:
    small = demo_world(enterprises=25)
    known = {party.id: party for party in world.parties}
    assert all(known[party.id] == party for party in small.parties)
    assert small.offers == world.offers


def test_ids_names_and_codes_are_unique(world: DemoWorld) -> None:
    for values in (
        [party.id for party in world.parties],
        [party.name for party in world.parties],
        [offer.id for offer in world.offers],
        [party.values["credit_code"] for party in world.parties if party.kind is not PartyKind.TEAM],
    ):
        assert len(set(values)) == len(values)
    assert not {offer.id for offer in world.offers} & set(load_catalogue().offers)


def test_every_value_is_one_that_its_field_can_take(world: DemoWorld) -> None:
    for party in world.parties:
        for code, value in party.values.items():
            field = REGISTRY[code]
            assert party.kind in field.kinds, (party.id, code)
            raw = to_json(field, value)
            assert from_json(field, raw) == value
            assert check_value(field, raw) == value, (party.id, code)


def test_credit_codes_pass_both_checks_and_zones_are_in_the_list(world: DemoWorld) -> None:
    codes = [str(party.values["credit_code"]) for party in world.parties if "credit_code" in party.values]
    assert all(credit_codes.check(code) is None and "DEM" in code for code in codes)
    named = {str(party.values["zone"]) for party in world.parties if "zone" in party.values}
    assert named <= {zone.name for zone in zones.all_zones()}
    assert {"苏州高新区", "苏州工业园区", "昆山高新区", "银川经开区"} <= named


def test_counts_and_kinds(world: DemoWorld) -> None:
    leads = [party for party in world.parties if party.values.get("is_lead_firm") is True]
    assert len(kind_of(world, PartyKind.ENTERPRISE)) == 400 + len(leads)
    assert len(leads) == 30
    assert {party.values["carrier_kind"] for party in kind_of(world, PartyKind.CARRIER)} == set(CARRIER_KINDS)
    assert len(offers_of(world, OfferKind.INCUBATION)) == len(kind_of(world, PartyKind.CARRIER)) == 40
    assert len(offers_of(world, OfferKind.FUND)) == 10
    assert len(offers_of(world, OfferKind.SERVICE)) == 10


def test_lead_firms_open_one_to_three_of_the_seven_areas(world: DemoWorld) -> None:
    demands = offers_of(world, OfferKind.PROCUREMENT)
    by_owner: dict[str, list[str]] = {}
    for demand in demands:
        by_owner.setdefault(str(demand.provider_id), []).append(demand.name.rpartition("·")[2])
    owners = {party.id: party for party in world.parties}
    assert {area for areas in by_owner.values() for area in areas} == set(COOPERATION_AREAS)
    assert {len(areas) for areas in by_owner.values()} == {1, 2, 3}
    assert all(tuple(areas) == owners[owner].values["cooperation_areas"] for owner, areas in by_owner.items())


def test_carriers_find_funds_and_lead_firms(world: DemoWorld) -> None:
    wanted = (*offers_of(world, OfferKind.FUND), *offers_of(world, OfferKind.PROCUREMENT))
    assert all(PartyKind.CARRIER in offer.audience for offer in wanted)


def test_offers_belong_to_parties_of_the_world(world: DemoWorld) -> None:
    owners = {party.id: party.name for party in world.parties}
    assert all(owners[str(offer.provider_id)] == offer.provider for offer in world.offers)


def test_some_of_it_is_not_known(world: DemoWorld) -> None:
    drawn = kind_of(world, PartyKind.ENTERPRISE)[20:400]
    known = sum("revenue_wan" in party.values for party in drawn)
    assert 0.4 * len(drawn) < known < 0.95 * len(drawn)


def test_figures_agree_with_each_other(world: DemoWorld) -> None:
    for party in kind_of(world, PartyKind.ENTERPRISE):
        values = party.values
        if {"total_assets_wan", "total_liabilities_wan", "net_assets_wan"} <= set(values):
            owned = Decimal(str(values["total_assets_wan"])) - Decimal(str(values["total_liabilities_wan"]))
            assert values["net_assets_wan"] == owned
        if {"headcount", "tech_staff"} <= set(values):
            assert 0 <= int(str(values["tech_staff"])) <= int(str(values["headcount"]))
        founded = values["founded_on"]
        assert isinstance(founded, date)
        assert founded < AT


def test_typical_firms_answer_as_they_stand_for(world: DemoWorld) -> None:
    diagnostics, machining, sensors, solar, wolfberry = world.parties[:5]
    assert eligibility(diagnostics, "loan.rongyi-dai")[0] is State.MET
    assert eligibility(diagnostics, "loan.zhuanli-dai")[0] is State.MET
    assert eligibility(machining, "fund.kunshan-angel") == (State.UNMET, ["age_years"])
    assert eligibility(sensors, "fund.kunshan-angel")[0] is State.MET
    assert eligibility(solar, "programme.ningxia-lixi")[0] is State.MANUAL_REVIEW
    assert eligibility(wolfberry, "programme.ningxia-lixi")[0] is State.UNMET


def test_brand_words_and_codes_do_not_run_out() -> None:
    assert len({brand(number) for number in range(500)}) == 500
    assert len({credit_code(series, number) for series in range(3) for number in range(500)}) == 1500
