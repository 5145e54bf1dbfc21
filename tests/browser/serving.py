"""The process that the browser's tests talk to: `python -m tests.browser.serving [--demo]`; settings by environment."""

import sys

from api.bootstrap import build_services
from api.initialising import initialise
from api.main import serve
from api.settings import Settings

FIRST_PASSWORD = "first-password"
"""The file, in the data folder, that holds the first admin's one-time password."""


def main() -> None:
    """Fill the data folder, then serve it."""
    settings = Settings.load()
    with build_services(settings) as services:
        initialise(services, demo="--demo" in sys.argv)
        password = services.accounts.first_admin(settings.tenant)
    if password is not None:
        (settings.data / FIRST_PASSWORD).write_text(password)
    serve(settings)


if __name__ == "__main__":
    main()
