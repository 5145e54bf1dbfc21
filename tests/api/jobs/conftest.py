"""A store on each database, and short ways to queue and to hold jobs."""

from tests.contracts.conftest import database_url, postgresql_server, postgresql_url, store

__all__ = ["database_url", "postgresql_server", "postgresql_url", "store"]
