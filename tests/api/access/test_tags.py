"""Deleting what was inferred: honoured by rules at once, by row and by column, kept through what comes later."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.access.audit import Action
from api.access.viewers import Role, Viewer
from api.bootstrap import Services, build_services
from api.exchange.documents import tags_document
from api.main import create_app
from api.routes.consent_answers import TagsAnswer
from api.settings import AccessMode, Settings
from matcher.declarations.registry import REGISTRY
from matcher.declarations.tags import WITHHELD
from matcher.derivation import RULES, derive
from matcher.eligibility.columns import Row, column_frame
from matcher.errors import InvalidValue, UnknownParty
from matcher.fields import PartyKind, Value
from matcher.parties import Fact, Party

DAY = date(2026, 11, 1)
TAG = "rd_intensity_pct"
KNOWN: dict[str, Value] = {"revenue_wan": Decimal(1000), "rd_expense_wan": Decimal(55)}
OWN = Viewer(role=Role.ENTERPRISE, party_id="甲")
TAG_OF = "/v1/parties/%E7%94%B2/tags"


def firm(identifier: str = "甲") -> Party:
    facts = {code: Fact(value, "税务", DAY) for code, value in KNOWN.items()}
    return Party(identifier, PartyKind.ENTERPRISE, f"{identifier}有限公司", facts, "local", "名录", DAY)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with build_services(Settings.load(data=tmp_path, database_url=None, access=AccessMode.OPEN)) as made:
        made.store.parties.upsert_many(made.viewer, [firm(), firm("乙")])
        yield made


def test_every_inferred_field_can_be_deleted() -> None:
    assert {REGISTRY[code].label for code in RULES} == set(REGISTRY[WITHHELD].choices)


@pytest.mark.parametrize("copies", [1, 60])  # few rows are derived one by one, many by column
def test_a_deleted_tag_is_not_inferred_by_row_or_by_column(copies: int) -> None:
    wish = {WITHHELD: (REGISTRY[TAG].label,)}
    assert TAG in derive(KNOWN)
    assert TAG not in derive(KNOWN | wish)
    assert derive(KNOWN | wish | {TAG: Decimal(6)})[TAG] == Decimal(6), "what is stated is no inference"
    rows = [Row(key, "local", PartyKind.ENTERPRISE, KNOWN | (wish if key % 2 else {})) for key in range(2 * copies)]
    column = column_frame(rows)[TAG].to_list()
    assert column == [5.5, None] * copies


def test_a_deletion_is_kept_through_later_imports_and_replacements_and_can_be_taken_back(services: Services) -> None:
    store, tags = services.store, services.tags
    told = tags_document(tags.delete(OWN, "甲", TAG), DAY)
    assert [item["field"] for item in told["deleted"]] == [TAG]
    assert TAG not in [item["field"] for item in told["tags"]]
    assert tags.delete(OWN, "甲", TAG) == store.parties.get(OWN, "甲"), "twice changes nothing"
    later = replace(firm(), observed_on=date(2027, 3, 1), facts={"headcount": Fact(9, "社保", date(2027, 3, 1))})
    store.parties.upsert_many(services.viewer, [later])
    assert TAG not in derive(store.parties.get(OWN, "甲").values)
    store.parties.upsert_many(services.viewer, [firm()], merge=False)
    assert TAG not in derive(store.parties.get(OWN, "甲").values)
    tags.restore(OWN, "甲", TAG)
    assert derive(store.parties.get(OWN, "甲").values)[TAG] == Decimal("5.50")
    noted = [row.entry for row in services.audit.read(Viewer(role=Role.AUDITOR))]
    actions = [entry.action for entry in noted if entry.subjects == ("甲",)]
    assert sorted(actions) == [Action.TAG_DELETED, Action.TAG_RESTORED]


def test_only_one_s_own_tags_and_only_inferred_fields(services: Services) -> None:
    with pytest.raises(UnknownParty):
        services.tags.delete(OWN, "乙", TAG)
    with pytest.raises(InvalidValue):
        services.tags.delete(OWN, "甲", "revenue_wan")


def test_the_next_match_honours_it_over_http(services: Services) -> None:
    services.parties.refresh()
    with TestClient(create_app(services, warming=False)) as client:
        said = TagsAnswer.model_validate(client.get(TAG_OF).json())
        assert {item.field: item.deletable for item in said.tags}[TAG]
        assert client.delete(f"{TAG_OF}/{TAG}").status_code == 200
        gone = TagsAnswer.model_validate(client.get(TAG_OF).json())
        assert [item.field for item in gone.deleted] == [TAG]
        assert client.delete(f"{TAG_OF}/revenue_wan").status_code == 422
        back = TagsAnswer.model_validate(client.put(f"{TAG_OF}/{TAG}").json())
        assert back == said
