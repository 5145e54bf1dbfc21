"""Bad input gets a clear 4xx: what is wrong, where, and in Chinese; never an echo, never a 500."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.problems import Refusal
from api.transport.strict_json import check_media_type, decode
from tests.fakes.services import FakeServices
from tests.thorough import examples

JSON = {"Content-Type": "application/json"}
FIRM = {"kind": "enterprise", "name": "甲"}


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"not json",
        b'{"text": NaN}',
        b'{"limit": Infinity}',
        b'{"facts": {"revenue_wan": 1e400}}',
        b'{"facts": {"headcount": -1e400}}',
        b'{"text": "\\ud800"}',
        b'{"text": "\\udc00\\ud800"}',
        b'{"text": "\xff\xfe"}',
        b'{"text": "\xed\xa0\x80"}',
        b'{"text": "a", "text": "b"}',
        b'{"facts": {"headcount": 1, "headcount": 2}}',
        b"[" * 100_000,
        b'{"a":' * 1200 + b"1" + b"}" * 1200,
        b'{"facts":' + b"[" * 990 + b"]" * 990 + b', "facts": 1}',
        b'{"text": "a"} trailing',
        b"\xef\xbb\xbf{}",
        b'{"limit": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_refused_with_its_place(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/matches", content=body, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_json")
    assert response.json()["detail"].startswith("请求体不是有效的 JSON：")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"limit": 0}, "#/limit", "greater_than_equal"),
        ({"limit": 10**9}, "#/limit", "less_than_equal"),
        ({"limit": 10**300}, "#/limit", "less_than_equal"),
        ({"limit": "10"}, "#/limit", "int_type"),
        ({"limit": 10.0}, "#/limit", "int_type"),
        ({"limit": True}, "#/limit", "int_type"),
        ({"text": 5}, "#/text", "string_type"),
        ({"text": None}, "#/text", "string_type"),
        ({"text": "甲" * 100_000}, "#/text", "string_too_long"),
        ({"kinds": ["loans"]}, "#/kinds/0", "enum"),
        ({"kinds": "loan"}, "#/kinds", "frozen_set_type"),
        ({"kinds": {"loan": 1}}, "#/kinds", "frozen_set_type"),
        ({"at": 1700000000}, "#/at", "iso_date"),
        ({"at": "2026-02-30"}, "#/at", "iso_date"),
        ({"at": "20260131"}, "#/at", "iso_date"),
        ({"include_unmet": "yes"}, "#/include_unmet", "bool_type"),
        ({"party_id": ""}, "#/party_id", "string_too_short"),
        ({"party_id": "a\x00b"}, "#/party_id", "string_pattern_mismatch"),
        ({"facts": []}, "#/facts", "dict_type"),
        ({"txet": "诊断"}, "#/txet", "extra_forbidden"),
        ({"a/b~c": 1}, "#/a~1b~0c", "extra_forbidden"),
        ({"facts": {"revenue_wan": "很多"}}, "#/facts/revenue_wan", "invalid_value"),
        ({"facts": {"revenue_wan": -1}}, "#/facts/revenue_wan", "invalid_value"),
        ({"facts": {"revenue_wan": 1e300}}, "#/facts/revenue_wan", "invalid_value"),
        ({"facts": {"headcount": 4.5}}, "#/facts/headcount", "invalid_value"),
        ({"facts": {"headcount": None}}, "#/facts/headcount", "invalid_value"),
        ({"facts": {"headcount": [[[]]]}}, "#/facts/headcount", "invalid_value"),
        ({"facts": {"founded_on": "2018-04"}}, "#/facts/founded_on", "invalid_value"),
        ({"facts": {"collateral": "专利"}}, "#/facts/collateral", "invalid_value"),
        ({"facts": {"main_business": "a\x00b"}}, "#/facts/main_business", "invalid_value"),
        ({"facts": {"region": "亚特兰蒂斯"}}, "#/facts/region", "unknown_place"),
        ({"facts": {"industry": "Z99"}}, "#/facts/industry", "unknown_industry"),
        ({"facts": {"revenue": 1}}, "#/facts/revenue", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named_by_place_and_code(
    client: TestClient, body: dict[str, object], pointer: str, code: str
) -> None:
    response = client.post("/v1/matches", json={"text": "诊断"} | body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid_request")
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [(pointer, code)]
    assert problem["detail"] == problem["errors"][0]["detail"]
    assert any("\u4e00" <= char <= "\u9fff" for char in problem["detail"])


def test_every_wrong_fact_is_named_at_once(client: TestClient) -> None:
    body = {"text": "诊断", "facts": {"headcount": -1, "nonsense": 1, "revenue_wan": 5}}
    problem = client.post("/v1/matches", json=body).json()
    assert [item["pointer"] for item in problem["errors"]] == ["#/facts/headcount", "#/facts/nonsense"]
    assert problem["detail"] == "有 2 处不合规，请按 errors 逐项改正。"


def test_a_missing_member_is_named(client: TestClient) -> None:
    problem = client.post("/v1/prospects", json={}).json()
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [("#/offer_id", "missing")]


def test_no_body_at_all(client: TestClient) -> None:
    problem = client.post("/v1/matches", content=b"", headers=JSON).json()
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [("#", "missing")]


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "true"])
def test_json_that_is_no_object(client: TestClient, body: str) -> None:
    response = client.post("/v1/matches", content=body, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("text", ["", "！？。，", "😀😀", "   \n"])
def test_a_text_that_says_nothing(client: TestClient, text: str) -> None:
    response = client.post("/v1/readings", json={"text": text})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_need")


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("limit=0", "limit", "greater_than_equal"),
        ("limit=1001", "limit", "less_than_equal"),
        ("limit=ten", "limit", "int_parsing"),
        ("offset=-1", "offset", "greater_than_equal"),
        ("kind=loans", "kind", "enum"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, query: str, parameter: str, code: str) -> None:
    problem = client.get(f"/v1/offers?{query}").json()
    assert [(item["parameter"], item["code"]) for item in problem["errors"]] == [(parameter, code)]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "firm", "name": "甲"}, "#/kind", "enum"),
        ({"kind": "enterprise", "name": ""}, "#/name", "string_too_short"),
        ({"kind": "enterprise", "name": "a\x00"}, "#/name", "string_pattern_mismatch"),
        ({"kind": "enterprise", "name": "甲", "id": "other"}, "#/id", "id_mismatch"),
        (FIRM | {"kind": "institution", "facts": {"tech_staff": 5}}, "#/facts/tech_staff", "unknown_field"),
        (FIRM | {"facts": {"headcount": {"value": -1}}}, "#/facts/headcount", "invalid_value"),
        (FIRM | {"facts": {"headcount": {}}}, "#/facts/headcount/value", "missing"),
        (
            FIRM | {"facts": {"headcount": {"value": 1, "observed_on": "昨天"}}},
            "#/facts/headcount/observed_on",
            "iso_date",
        ),
    ],
)
def test_a_party_that_cannot_be_written(
    client: TestClient, services: FakeServices, body: dict[str, object], pointer: str, code: str
) -> None:
    problem = client.put("/v1/parties/new", json=body).json()
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [(pointer, code)]
    assert "new" not in services.store.parties.rows


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gb18030",
        "nonsense",
        "application/",
    ],
)
def test_another_content_type_is_refused(client: TestClient, content_type: str) -> None:
    response = client.post("/v1/matches", content=b'{"text": "a"}', headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json", "APPLICATION/JSON; Charset=UTF-8", "application/ld+json"])
def test_json_by_its_other_names(content_type: str) -> None:
    check_media_type(content_type, "application/json")


def test_numbers_come_out_exactly() -> None:
    assert decode(b"[1, 0.1, 1e2, -0, 1E-400]") == [1, Decimal("0.1"), Decimal("1E+2"), 0, Decimal("1E-400")]


def _values() -> st.SearchStrategy[object]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    )


MEMBERS = ("text", "party_id", "facts", "kinds", "limit", "at", "include_unmet", "offer_id", "kind", "name", "source")


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from(
        [("POST", "/v1/matches"), ("POST", "/v1/prospects"), ("POST", "/v1/readings"), ("PUT", "/v1/parties/some")]
    ),
    body=st.dictionaries(st.sampled_from(MEMBERS), _values(), max_size=6) | _values(),
)
def test_no_json_breaks_a_route(client: TestClient, route: tuple[str, str], body: object) -> None:
    response = client.request(*route, content=json.dumps(body), headers=JSON)
    assert response.status_code in {200, 201, 400, 404, 422}
    if response.status_code >= 400:
        assert response.json()["status"] == response.status_code


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60))
def test_no_bytes_break_a_route(client: TestClient, body: bytes) -> None:
    assert client.post("/v1/matches", content=body, headers=JSON).status_code in {200, 400, 422}


@settings(max_examples=examples(100), deadline=None)
@given(header=st.text(max_size=40))
def test_no_content_type_breaks_the_check(header: str) -> None:
    with suppress(Refusal):
        check_media_type(header, "application/json")
