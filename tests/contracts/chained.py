"""A process of its own that appends to the audit log, or asks again and again whether a consent stands."""

import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime

from api.access.audit import entry_of
from api.access.auditing import Audit
from api.access.consenting import Consents
from api.access.viewers import Role, Viewer
from api.store.store import open_store


def append(url: str, who: str, count: int) -> None:
    """Append `count` rows as fast as may be."""
    with closing(open_store(url)) as store:
        for number in range(count):
            store.audit.append(entry_of(Viewer(name=who), "party.opened", datetime.now(UTC), [who], "", {"n": number}))


def watch(url: str, bank: str, firm: str) -> None:
    """Say when the firm's consent is first seen, and the moment from which it is not any more."""
    with closing(open_store(url)) as store:
        now = lambda: datetime.now(UTC)  # noqa: E731
        consents = Consents(store, Audit(store.audit, now=now), now=now)
        viewer = Viewer(role=Role.INSTITUTION, party_id=bank)
        deadline = time.monotonic() + 60
        while firm not in consents.open_to(viewer, [firm], date.today()):  # noqa: DTZ011
            assert time.monotonic() < deadline
        print("open", flush=True)
        while firm in consents.open_to(viewer, [firm], date.today()):  # noqa: DTZ011
            assert time.monotonic() < deadline
        print(time.time(), flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["append", url, who, count]:
            append(url, who, int(count))
        case ["watch", url, bank, firm]:
            watch(url, bank, firm)
