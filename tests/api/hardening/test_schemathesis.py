"""Schemathesis over the whole OpenAPI document: no fault, no answer that the document does not tell of.

`make test` asks each operation a few times as an operator. `RONGTONG_SCHEMATHESIS=N` asks as an enterprise and as an
institution too: every bound of every schema, and N examples of each kind an operation (33,000 requests an asker, four
minutes of one core, with N = 1).
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.case import Case

from api.access.viewers import Role
from api.settings import AccessMode
from tests.api.hardening.worlds import World, world

EXAMPLES = int(os.environ.get("RONGTONG_SCHEMATHESIS", "0"))
ASKERS = (None, Role.ENTERPRISE, Role.INSTITUTION) if EXAMPLES else (None,)
"""None: an operator of a service that asks nobody who they are."""


@pytest.mark.parametrize("role", ASKERS, ids=str)
def test_no_operation_fails_or_answers_otherwise_than_documented(role: Role | None, tmp_path: Path) -> None:
    with world(tmp_path, AccessMode.ACCOUNTS if role else AccessMode.OPEN) as here:
        config = configured(here, role)
        schema = schemathesis.openapi.from_asgi("/openapi.json", here.app, config=config)
        asked, wrong = Counter[str](), dict[tuple[str, ...], str]()
        for event in from_schema(schema).execute():
            assert not isinstance(event, events.NonFatalError | events.FatalError), event
            if isinstance(event, events.ScenarioFinished):
                asked[event.recorder.label] += len(event.recorder.cases)
                wrong |= failures(event.recorder)
        operations = {result.ok().label for result in schema.get_all_operations()}
    print(f"{role or 'open'}: {asked.total()} requests to {len(operations)} operations")
    assert {label for label, count in asked.items() if count} == operations
    assert not wrong, "\n\n".join(wrong.values())


def configured(here: World, role: Role | None) -> SchemathesisConfig:
    """What is asked and how: paths name rows that stand, every check but one.

    Left out is `positive_data_acceptance`: a request may keep to the schema and still be refused (422) for what it
    says, as a loan without a rate or a text without a word.
    """
    config = SchemathesisConfig(seed=1)
    project = config.projects.default
    project.continue_on_failure = True
    project.headers = here.cookie(role) if role else None
    project.parameters = {f"path.{name}": value for name, value in here.platform.ids.items() if name != "number"}
    project.generation.max_examples = EXAMPLES or 2
    project.generation.no_shrink = True
    project.generation.deterministic = True
    project.generation.database = "none"
    project.phases.stateful.enabled = False
    project.phases.coverage.enabled = bool(EXAMPLES)
    project.checks.positive_data_acceptance.enabled = False
    return config


def failures(recorder: ScenarioRecorder) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the checks found, one of each kind: the failure, the answer, and how to ask again."""
    for case, nodes in recorder.checks.items():
        for node in nodes:
            if node.failure_info is not None and not mended_by_us(recorder.cases[case].value):
                failure, answer = node.failure_info.failure, recorder.interactions[case].response
                said = "" if answer is None else f"{answer.status_code} {answer.content[:300]!r}"
                key = (str(failure.operation), failure.title, failure.message[:100])
                yield key, f"{failure.operation}: {failure}\n{said}\n{node.failure_info.code_sample}"


def mended_by_us(case: Case) -> bool:
    """Whether what was to be wrong with a request is the name of a row in its path, which we replaced by a good one."""
    data = None if case.meta is None else case.meta.phase.data
    negated = case.meta is not None and case.meta.generation.mode.is_negative
    return (
        negated and getattr(data, "parameter_location", None) is ParameterLocation.PATH and data.parameter != "number"
    )
