"""A backup of a filled installation, made once a test; a PostgreSQL where one is asked for."""

from pathlib import Path

import pytest

from api.backup.making import make_backup
from api.settings import Settings
from tests.api.backup.installations import fill, settings_of
from tests.contracts.conftest import postgresql_server, postgresql_url

__all__ = ["postgresql_server", "postgresql_url"]


@pytest.fixture
def source(tmp_path: Path) -> Settings:
    settings = settings_of(tmp_path / "source")
    fill(settings)
    return settings


@pytest.fixture
def backup(source: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "backup.zip"
    make_backup(source, file)
    return file
