"""The OpenAPI document: valid, whole, derived from the registry, and readable without the internet."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from api.main import create_app
from api.requests import MAX_LIMIT, MAX_TEXT
from api.schemas import facts_schema
from matcher.declarations.registry import REGISTRY
from matcher.errors import MatcherError
from matcher.fields import Field, FieldType
from matcher.validation import check_value
from tests.fakes.services import fake_services

ROUTES = {
    ("post", "/v1/matches"),
    ("post", "/v1/prospects"),
    ("post", "/v1/readings"),
    ("get", "/v1/offers"),
    ("get", "/v1/offers/{offer_id}"),
    ("post", "/v1/parties/search"),
    ("post", "/v1/parties/bulk"),
    ("get", "/v1/parties/{party_id}"),
    ("put", "/v1/parties/{party_id}"),
    ("delete", "/v1/parties/{party_id}"),
    ("post", "/v1/imports"),
    ("get", "/v1/import-templates"),
    ("post", "/v1/import-templates"),
    ("get", "/v1/import-templates/{template_id}"),
    ("delete", "/v1/import-templates/{template_id}"),
    ("delete", "/v1/parties/{party_id}/tags/{tag}"),
    ("put", "/v1/parties/{party_id}/tags/{tag}"),
    ("get", "/v1/imports"),
    ("post", "/v1/imports/trial"),
    ("post", "/v1/imports/{import_id}/undo"),
    ("get", "/v1/imports/{import_id}/problems.xlsx"),
    ("get", "/v1/imports/{import_id}"),
    ("get", "/v1/imports/{import_id}/problems.csv"),
    ("get", "/v1/jobs"),
    ("get", "/v1/jobs/{job_id}"),
    ("post", "/v1/jobs/{job_id}/cancel"),
    ("get", "/v1/jobs/{job_id}/events"),
    ("post", "/v1/campaigns"),
    ("get", "/v1/campaigns"),
    ("post", "/v1/campaigns/preview"),
    ("get", "/v1/campaigns/{campaign_id}"),
    ("put", "/v1/campaigns/{campaign_id}"),
    ("delete", "/v1/campaigns/{campaign_id}"),
    ("post", "/v1/campaigns/{campaign_id}/close"),
    ("post", "/v1/campaigns/{campaign_id}/runs"),
    ("get", "/v1/campaigns/{campaign_id}/runs"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}"),
    ("post", "/v1/campaigns/{campaign_id}/runs/{number}/approve"),
    ("post", "/v1/campaigns/{campaign_id}/runs/{number}/cancel"),
    ("post", "/v1/campaigns/{campaign_id}/runs/{number}/refill"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/assignments"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/why"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/comparison"),
    ("post", "/v1/campaigns/{campaign_id}/runs/{number}/deliver"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/lists"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/list.xlsx"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/letter.docx"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/bundle.zip"),
    ("get", "/v1/campaigns/{campaign_id}/report.docx"),
    ("post", "/v1/returns"),
    ("post", "/v1/campaigns/{campaign_id}/outcomes"),
    ("get", "/v1/campaigns/{campaign_id}/outcomes"),
    ("get", "/v1/campaigns/{campaign_id}/funnel"),
    ("get", "/v1/campaigns/{campaign_id}/reminders"),
    ("post", "/v1/needs"),
    ("get", "/v1/needs/open"),
    ("get", "/v1/needs/{need_id}"),
    ("post", "/v1/needs/{need_id}/claims"),
    ("post", "/v1/needs/{need_id}/release"),
    ("post", "/v1/needs/{need_id}/withdraw"),
    ("get", "/v1/consents"),
    ("post", "/v1/consents"),
    ("post", "/v1/consents/wording"),
    ("post", "/v1/consents/refusals"),
    ("get", "/v1/consents/{consent_id}"),
    ("post", "/v1/consents/{consent_id}/withdraw"),
    ("get", "/v1/algorithm"),
    ("get", "/v1/parties/{party_id}/tags"),
    ("get", "/v1/reviews"),
    ("post", "/v1/reviews"),
    ("get", "/v1/reviews/{review_id}"),
    ("post", "/v1/reviews/{review_id}/answer"),
    ("get", "/v1/audit"),
    ("get", "/v1/audit/verification"),
    ("get", "/v1/fields"),
    ("post", "/v1/session"),
    ("get", "/v1/session"),
    ("delete", "/v1/session"),
    ("post", "/v1/session/password"),
    ("get", "/v1/sessions"),
    ("delete", "/v1/sessions/{session_id}"),
    ("get", "/v1/keys"),
    ("post", "/v1/keys"),
    ("post", "/v1/keys/{key_id}/rotate"),
    ("delete", "/v1/keys/{key_id}"),
    ("get", "/v1/accounts"),
    ("post", "/v1/accounts"),
    ("post", "/v1/accounts/{account_id}/disable"),
    ("post", "/v1/accounts/{account_id}/enable"),
    ("post", "/v1/accounts/{account_id}/reset"),
    ("get", "/v1/pipelines"),
    ("post", "/v1/pipelines"),
    ("get", "/v1/pipelines/{pipeline_id}"),
    ("get", "/v1/funds"),
    ("post", "/v1/funds"),
    ("get", "/v1/funds/{fund_id}"),
    ("post", "/v1/funds/{fund_id}/events"),
    ("get", "/v1/deals"),
    ("post", "/v1/deals"),
    ("get", "/v1/deals/{deal_id}"),
    ("post", "/v1/deals/{deal_id}/events"),
    ("post", "/v1/deals/{deal_id}/checks"),
    ("get", "/v1/duties"),
    ("get", "/v1/duties/{duty_id}/{period}"),
    ("post", "/v1/duties/{duty_id}/{period}/sent"),
    ("get", "/v1/duties/{duty_id}/{period}/draft"),
    ("get", "/v1/duties/{duty_id}/{period}/draft.docx"),
    ("get", "/v1/duties/{duty_id}/{period}/draft.xlsx"),
    ("get", "/v1/carriers/{carrier_id}/scorecards"),
    ("get", "/v1/carriers/{carrier_id}/scorecards.docx"),
    ("post", "/v1/carriers/{carrier_id}/values"),
    ("post", "/v1/carriers/{carrier_id}/focus"),
    ("get", "/v1/carriers"),
    ("get", "/v1/investments"),
    ("post", "/v1/investments"),
    ("post", "/v1/investments/imports"),
    ("get", "/v1/investments/{investment_id}"),
    ("put", "/v1/investments/{investment_id}"),
    ("delete", "/v1/investments/{investment_id}"),
    ("get", "/v1/measures"),
    ("post", "/v1/measures"),
    ("get", "/v1/measures/{version}"),
    ("put", "/v1/offers/{offer_id}"),
    ("delete", "/v1/offers/{offer_id}"),
    ("get", "/v1/campaigns/{campaign_id}/runs/{number}/left-out"),
    ("get", "/v1/needs/taken"),
    ("get", "/v1/received"),
    ("get", "/v1/received/{assignment_id}"),
    ("get", "/v1/oidc/start"),
    ("get", "/v1/oidc/callback"),
    ("get", "/v1/platforms"),
    ("put", "/v1/platforms/sharing"),
    ("get", "/v1/platforms/{platform}/parties"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    services = fake_services(tmp_path_factory.mktemp("described") / "data")
    with TestClient(create_app(services, warming=False)) as client:
        return client.get("/openapi.json").json()


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_route_is_described(document: dict[str, Any]) -> None:
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    assert described == ROUTES


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = set(references(document))
    assert found
    assert found <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_says_that_it_may_answer_with_a_problem(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            if path != "/metrics":
                assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert "422" not in operation["responses"]


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))


def test_limits_are_those_of_the_domain(document: dict[str, Any]) -> None:
    body = document["components"]["schemas"]["MatchBody"]
    assert body["properties"]["limit"]["maximum"] == MAX_LIMIT
    assert body["properties"]["text"]["maxLength"] == MAX_TEXT
    assert body["additionalProperties"] is False


def test_facts_are_the_registry(document: dict[str, Any]) -> None:
    facts = document["components"]["schemas"]["Facts"]
    assert list(facts["properties"]) == list(REGISTRY.fields)
    assert facts["properties"]["revenue_wan"]["description"].startswith("单位：万元")
    assert facts["properties"]["collateral"]["items"]["enum"][0] == "房产"


EXAMPLES: dict[FieldType, object] = {
    FieldType.TEXT: "文字",
    FieldType.COUNT: 3,
    FieldType.MONEY: "12.5",
    FieldType.PERCENT: 3.5,
    FieldType.NUMBER: "2",
    FieldType.DATE: "2026-11-22",
    FieldType.FLAG: False,
    FieldType.REGION: "320500",
    FieldType.INDUSTRY: "C2770",
}


def example(field: Field) -> object:
    """A JSON value that the field takes, or None for types whose values are a science of their own."""
    if field.type is FieldType.CHOICE:
        return field.choices[0] if field.choices else None
    if field.type is FieldType.CHOICES:
        return list(field.choices[:2]) or None
    return EXAMPLES.get(field.type)


@pytest.mark.parametrize("field", REGISTRY, ids=lambda field: field.code)
def test_the_schema_and_the_check_take_the_same_values(field: Field) -> None:
    schema = Draft202012Validator(facts_schema()["properties"][field.code])
    value = example(field)
    if value is not None:
        check_value(field, value)
        assert schema.is_valid(value)
    for wrong in ({}, None):
        assert not schema.is_valid(wrong)
        with pytest.raises(MatcherError):
            check_value(field, wrong)


def test_the_page_needs_nothing_from_outside(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert re.findall(r"(?:https?:)?//[\w.]", page.text) == []
    assert "<script>" not in page.text
    assert re.search(r"\son\w+=", page.text) is None
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "http" not in policy


def test_every_file_of_the_page_is_served(client: TestClient) -> None:
    named = re.findall(r'(?:src|href)="(docs/[\w.-]+)"', client.get("/docs").text)
    assert len(named) == 4
    for name in named:
        response = client.get(f"/{name}")
        assert response.status_code == 200
        assert len(response.content) > 100
    script = client.get("/docs/start.js").text
    assert 'url: "openapi.json"' in script
    assert "validatorUrl: null" in script
    assert "SwaggerUIBundle" in client.get("/docs/swagger-ui-bundle.js").text
    assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", client.get("/docs/swagger-ui.css").text) == []
