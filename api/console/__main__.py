"""`python -m api.console`: the console in a process of its own, beside several workers; it ends with its parent."""

from signal import SIGTERM, default_int_handler, signal

from api.console.serving import serve_console
from api.indexing.children import settings_from_parent
from api.logs import configure


def main() -> None:
    """Serve with the settings that the parent writes to standard input."""
    settings = settings_from_parent()
    configure(settings.log_format)
    signal(SIGTERM, default_int_handler)
    serve_console(settings)


if __name__ == "__main__":
    main()
