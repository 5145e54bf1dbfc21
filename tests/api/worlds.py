"""Small real services for tests: SQLite in a temporary folder, the shipped encoder, the built-in catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from api.bootstrap import Services, build_services
from api.initialising import initialise
from api.settings import Settings
from matcher.fields import PartyKind, Value
from matcher.parties import Fact, Party

DAY = date(2026, 11, 22)


@contextmanager
def services_in(folder: Path, *, demo: bool = False, **settings: object) -> Iterator[Services]:
    with build_services(Settings.load(data=folder, **settings)) as services:
        initialise(services, demo=demo)
        yield services


def party(identifier: str, name: str = "测试企业", *, kind: PartyKind = PartyKind.ENTERPRISE, **values: Value) -> Party:
    facts = {code: Fact(value, "测试", DAY) for code, value in {"name": name, **values}.items()}
    return Party(identifier, kind, name, facts, "local", "测试", DAY)
