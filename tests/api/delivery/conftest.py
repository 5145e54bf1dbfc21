"""A bare store for each test."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.store.store import Store, open_store
from tests.api.delivery.worlds import store_path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(store_path(tmp_path))) as opened:
        yield opened
