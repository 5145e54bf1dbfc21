"""The console as a process of its own (控制台进程): one, whatever the number of workers, on a port of its own.

A page's state lives in the process that made it, so that a browser must come back to the same one: nginx sends
/console there (docs/deploy/nginx.conf).
"""

from contextlib import suppress

from uvicorn import Server

from api.bootstrap import build_services
from api.console.mounting import attach
from api.main import create_app, server_config
from api.settings import Settings
from api.turns import take_short_turns


def serve_console(settings: Settings) -> None:
    """Serve the application with its console until told to stop. Raises what `build_services` raises."""
    alone = settings.model_copy(update={"port": settings.port_of_console, "workers": 1})
    take_short_turns()
    with suppress(KeyboardInterrupt), build_services(alone) as services:
        app = create_app(services)
        attach(app)
        Server(server_config(app, alone)).run()
