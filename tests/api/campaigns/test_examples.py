"""The plans that the manual shows: each is read, has seekers and offers in the demo world, and says what it is for."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.campaigns.planning import plan_of
from api.campaigns.submitting import preview
from matcher.campaigns.plan import SENSITIVE_FIELDS, Plan
from matcher.campaigns.whynot import Reason
from tests.api.campaigns.worlds import demo, drafted, ran
from tests.api.worlds import DAY

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = sorted((DOCS / "examples" / "campaigns").glob("*.yaml"))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with demo(tmp_path_factory.mktemp("examples")) as opened:
        yield opened


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_can_be_run_in_the_demo_world(file: Path, services: Services) -> None:
    shown = preview(services.campaigns, plan_of(file.read_text(encoding="utf-8"), file.name), services.viewer, DAY)
    assert min(shown["seekers"], len(shown["offers"]), shown["places"]) > 0
    assert shown["sampled"] == shown["seekers"], "so few are all looked at"
    run = ran(services, drafted(services, file.read_text(encoding="utf-8")))
    assert run.counts["seekers"] == shown["seekers"]
    assert shown["expected_candidates"] <= run.counts["candidates"]
    assert 0 < run.counts["assigned"] <= shown["places"]
    for offer in run.counts["offers"]:
        assert (offer["mean_match"] is None) == (offer["used"] == 0)


def test_there_is_one_for_each_usual_campaign() -> None:
    assert len(EXAMPLES) == 6


def test_the_manual_tells_of_every_key_and_every_reason() -> None:
    manual = (DOCS / "campaigns.md").read_text(encoding="utf-8")
    keys = {"filter" if field.name == "least_points" else field.name for field in fields(Plan)} | {"least_match"}
    for word in (*keys, *SENSITIVE_FIELDS, *Reason):
        assert f"`{word}`" in manual or word == "not_applicable", word
