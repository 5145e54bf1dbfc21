"""A store with two platforms, and accounts of every role on each; cheap hashes, a clock that can be moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.access.access import Access
from api.access.administering import Accounts
from api.access.passwords import Passwords
from api.settings import AccessMode, Settings
from api.store.store import Store, open_store


@dataclass
class Clock:
    """A moment that is moved by hand."""

    at: datetime = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Desk:
    """What the tests of access need at hand."""

    settings: Settings
    store: Store
    access: Access
    accounts: Accounts
    clock: Clock


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    return Passwords(quick=True)


@pytest.fixture
def desk(tmp_path: Path, passwords: Passwords) -> Iterator[Desk]:
    settings = Settings.load(data=tmp_path, access=AccessMode.ACCOUNTS)
    store, clock = open_store(settings.store_url, seals=settings.seals), Clock()
    access = Access(settings, store.accounts, now=clock, passwords=lambda: passwords)
    yield Desk(settings, store, access, Accounts(access, store.accounts, None, now=clock), clock)
    store.close()
