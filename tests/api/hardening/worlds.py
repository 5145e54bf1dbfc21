"""The whole service over a store with one of everything, to be asked what nobody in their right mind would ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from api.access.passwords import Passwords
from api.access.viewers import Role
from api.bootstrap import Services, build_services
from api.initialising import initialise
from api.main import create_app
from api.routes.services import SESSION_COOKIE
from api.settings import AccessMode, Settings
from tests.api.access.planted import Platform, planted

TENANT = "local"


@dataclass(frozen=True)
class World:
    """A service, its application, and what stands in its store."""

    services: Services
    app: FastAPI
    platform: Platform

    def cookie(self, role: Role) -> dict[str, str]:
        """The header of a new session of the account of a role."""
        token = self.services.access.begin(self.platform.accounts[role], "").token
        return {"Cookie": f"{SESSION_COOKIE}={token}"}


@contextmanager
def world(folder: Path, access: AccessMode) -> Iterator[World]:
    """The world in a folder; nothing is limited but by what is asked."""
    limits = {"rate_account": 0, "rate_tenant": 0, "rate_refused": 0, "rate_sign_in": 0}
    with build_services(Settings.load(data=folder, access=access, **limits)) as services:
        services.access._make_passwords = lambda: Passwords(quick=True)
        initialise(services, demo=False)
        platform = planted(services, TENANT)
        services.parties.refresh()
        yield World(services, create_app(services, warming=False), platform)
