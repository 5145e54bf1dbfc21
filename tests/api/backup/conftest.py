"""A filled installation and a backup of it, made once and copied for each test; a PostgreSQL where one is asked for."""

from pathlib import Path
from shutil import copy2, copytree

import pytest

from api.backup.making import make_backup
from api.settings import Settings
from tests.api.backup.installations import fill, settings_of
from tests.contracts.conftest import postgresql_server, postgresql_url

__all__ = ["postgresql_server", "postgresql_url"]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both; no test writes here."""
    folder = tmp_path_factory.mktemp("backed")
    settings = settings_of(folder / "source")
    fill(settings)
    make_backup(settings, folder / "backup.zip")
    return folder


@pytest.fixture
def source(made: Path, tmp_path: Path) -> Settings:
    return settings_of(Path(copytree(made / "source", tmp_path / "source")))


@pytest.fixture
def backup(source: Settings, made: Path, tmp_path: Path) -> Path:
    return Path(copy2(made / "backup.zip", tmp_path / "backup.zip"))
