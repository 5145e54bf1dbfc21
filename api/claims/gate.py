"""The gate before the store (抢单闸口): turns a crowd away from a need that is full without touching the database.

It only ever turns away; the store alone grants. What it knows of a need is a copy of the store's claims at a revision,
forgotten after `SECONDS`: whatever happens to Redis, or between Redis and the store, a place that the store would grant
is turned away for no longer than that.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from api.resting import Resting, client_of
from api.store.needs import NeedRecord
from matcher.campaigns.claiming import ClaimState, places_left

SECONDS = 2
"""How long the gate goes by what it knows (seconds)."""
_TAKER = "taker:"
_log = structlog.get_logger("claims")

_ASK = """
local left = redis.call('HGET', KEYS[1], 'left')
if not left or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 1 end
if tonumber(left) <= 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'left', -1)
return 1
"""
"""Let by who holds a claim already and the first so many others; who is not known of is let by to ask the store."""

_LEARN = """
local known = redis.call('HGET', KEYS[1], 'revision')
if known and tonumber(known) >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'left', ARGV[2])
for place = 4, #ARGV do redis.call('HSET', KEYS[1], ARGV[place], 1) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
"""Take over what the store says, unless something later is known."""


class Gate(Protocol):
    """Says who need not ask the store. No method raises."""

    def lets_by(self, need: str, institution: str) -> bool:
        """Whether an institution's claim is worth asking the store for."""

    def learn(self, record: NeedRecord) -> None:
        """Take over what the store says of a need."""


class OpenGate:
    """The gate where there is no Redis: everybody asks the store."""

    def lets_by(self, need: str, institution: str) -> bool:  # noqa: ARG002  # the protocol's names
        """Let everybody by."""
        return True

    def learn(self, record: NeedRecord) -> None:
        """Nothing is remembered."""


class RedisGate:
    """The gate in Redis, one for all processes of the database called `name`; open while Redis is away."""

    def __init__(self, url: str, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        client = client_of(url)
        self._ask = client.register_script(_ASK)
        self._learn = client.register_script(_LEARN)
        self._client = client
        self._name = name
        self._resting = Resting(clock=clock)

    def lets_by(self, need: str, institution: str) -> bool:
        """Count one more on the way to the store, if there are places; True while Redis is away."""
        return bool(self._tried(lambda: self._ask([self._key(need)], [_TAKER + institution]), otherwise=1))

    def learn(self, record: NeedRecord) -> None:
        """Take over what the store says of a need, unless a later revision is known."""
        takers = [_TAKER + item.claim.institution for item in record.claims if _stands(item.claim.state)]
        left = places_left(record.posted, record.plain_claims)
        told: list[str | int] = [record.revision, left, SECONDS, *takers]
        self._tried(lambda: self._learn([self._key(record.id)], [*told]), otherwise=0)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _key(self, need: str) -> str:
        return f"rongtong:{self._name}:need:{need}"

    def _tried(self, action: Callable[[], Any], *, otherwise: int) -> Any:
        return self._resting.tried(action, otherwise, lambda cause: _log.warning("claims.gate_open", cause=cause))


def _stands(state: ClaimState) -> bool:
    return state is not ClaimState.RELEASED
