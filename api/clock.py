"""What day it is where the service works (当日): China Standard Time, whatever the machine is set to; the moment."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")


def today() -> date:
    """The calendar day in China."""
    return datetime.now(CHINA).date()


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
