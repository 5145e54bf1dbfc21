"""Whether the index is what SQL says (核对): ids, columns and vectors, opened from the same files as a server would."""

from contextlib import closing
from pathlib import Path

from api.bootstrap import build_services
from api.initialising import initialise
from api.settings import Settings
from api.store.store import open_store
from tests.api.indexing.comparing import indexed
from tests.api.indexing.comparing import stored as worked_out
from tests.faults.ledgers import VIEWER, stored


def with_catalogue(data: Path) -> Path:
    """A data folder as `rongtong init` leaves it: the built-in offers, an index without parties."""
    with build_services(settings_of(data)) as services:
        initialise(services, demo=False)
    return data


def in_sql(settings: Settings) -> dict[str, int]:
    """The version of each party in SQL."""
    with closing(open_store(settings.store_url)) as store:
        return stored(store)


def settings_of(data: Path, **given: str) -> Settings:
    """The settings of a victim's data folder."""
    return Settings.load(data=data, **given)


def assert_index_is_sql(settings: Settings) -> None:
    """Open the snapshot with what was written since, and compare every row with what follows from SQL alone."""
    with build_services(settings) as services:
        services.parties.load()
        assert indexed(services.parties, VIEWER) == worked_out(services, VIEWER)
