"""The client's own list of what it was promised (账本), against which the service is judged after a fault."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from api.access.viewers import Viewer
from api.store.store import Store

PLACES = ("320505", "320506", "310115", "330106")
THINGS = ("核酸检测试剂盒", "微流控芯片", "工业机器人", "光伏逆变器", "工业软件", "高强度钢材")
VIEWER = Viewer()

Version = int | None
"""The version of a party that the client wrote last, None where it removed the party."""


@dataclass(slots=True)
class Ledger:
    """Writes batches of parties and removals, and remembers which were acknowledged.

    `last` numbers the batches: it is the version of all that a batch writes. A party's version stands in its name, its
    staff and its products, so that columns, vectors and SQL all tell it.
    """

    chance: Random
    parties: int = 300
    promised: dict[str, Version] = field(default_factory=dict)
    doubtful: dict[str, Version] = field(default_factory=dict)
    last: int = 0

    def write(self, client: httpx.Client, rows: int = 30) -> httpx.Response:
        """Send one batch; what is not answered is in doubt, what is refused is not promised."""
        batch = self._batch(rows)
        self.doubtful = batch
        answer = client.post("/v1/parties/bulk", json=document(batch))
        if answer.status_code == 200:
            assert answer.json()["counts"]["refused"] == 0, answer.text
            self.promised |= batch
        self.doubtful = {}
        return answer

    def settle(self, stored: dict[str, int]) -> None:
        """Judge what is stored: every promise kept, a batch in doubt there as a whole or not at all."""
        before = {party: version for party, version in self.promised.items() if version is not None}
        after = {party: version for party, version in (self.promised | self.doubtful).items() if version is not None}
        assert stored in (before, after), _difference(stored, before, after)
        if stored == after:
            self.promised |= self.doubtful
        self.doubtful = {}

    def _batch(self, rows: int) -> dict[str, Version]:
        self.last += 1
        chosen = self.chance.sample(range(self.parties), rows)
        batch: dict[str, Version] = {}
        for party in (f"p-{number}" for number in chosen):
            there = self.promised.get(party) is not None
            batch[party] = None if there and self.chance.random() < 0.1 else self.last
        return batch


def document(batch: dict[str, Version]) -> dict[str, Any]:
    """A batch as the bulk endpoint takes it."""
    written = [_party(party, version) for party, version in batch.items() if version is not None]
    return {
        "mode": "replace",
        "parties": written,
        "delete": [party for party, version in batch.items() if version is None],
    }


def stored(store: Store) -> dict[str, int]:
    """What SQL holds: the version of each party."""
    batches = store.parties.iterate(VIEWER)
    return {party.id: int(str(party.values["headcount"])) for batch in batches for _, party in batch}


def found(client: httpx.Client) -> dict[str, int]:
    """What a search of the whole library finds: the version of each party, out of its name."""
    answer = client.post("/v1/parties/search", json={"kind": "enterprise", "limit": 1000})
    answer.raise_for_status()
    return {item["id"]: int(item["name"].split("第")[1].removesuffix("版")) for item in answer.json()["parties"]}


def _party(party: str, version: int) -> dict[str, Any]:
    number = int(party.removeprefix("p-"))
    facts = {
        "region": PLACES[number % len(PLACES)],
        "headcount": version,
        "revenue_wan": str(100 + version),
        "products": f"{THINGS[(number + version) % len(THINGS)]}、{THINGS[version % len(THINGS)]}",
        "main_business": f"从事{THINGS[number % len(THINGS)]}的研发和生产",
    }
    return {"id": party, "kind": "enterprise", "name": f"企业{number}第{version}版", "facts": facts, "synthetic": True}


def _difference(stored: dict[str, int], before: dict[str, int], after: dict[str, int]) -> str:
    def apart(wanted: dict[str, int]) -> str:
        names = {*stored, *wanted}
        return str(
            {name: (stored.get(name), wanted.get(name)) for name in names if stored.get(name) != wanted.get(name)}
        )

    return f"stored and promised differ\nwithout the batch in doubt: {apart(before)}\nwith it: {apart(after)}"
