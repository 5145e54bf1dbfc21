"""`python -m api.jobs`: a worker as the child of a service; it ends with its parent, or when nothing is left to do."""

from api.indexing.children import settings_from_parent
from api.jobs.working import work
from api.logs import configure

IDLE_SECONDS = 60.0


def main() -> None:
    """Work with the settings that the parent writes to standard input."""
    settings = settings_from_parent()
    configure(settings.log_format)
    work(settings, idle_seconds=IDLE_SECONDS)


if __name__ == "__main__":
    main()
