"""docs/operations.md: its commands run, its metrics, settings and codes exist, what it points at is there."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from api import metrics
from api.cli.main import app
from api.main import create_app
from api.problems import STATUSES
from api.settings import Settings
from embeddings.snapshot import write_snapshot
from tests.fakes.services import fake_services

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "operations.md").read_text(encoding="utf-8")
ALERTS = (DOCS / "deploy" / "alerts.yaml").read_text(encoding="utf-8")
NGINX = (DOCS / "deploy" / "nginx.conf").read_text(encoding="utf-8")
METRIC = re.compile(r"\brongtong_[a-z_]+\b")


def test_the_commands_run_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    typed = [line for block in blocks for line in block.splitlines() if line.startswith("rongtong ")]
    wanted = ["--demo", "status", "jobs", "backup.zip", "drill", "status", "status"]
    assert [line.split()[-1] for line in typed] == wanted
    for line in typed:
        app(shlex.split(line)[1:], standalone_mode=False)
    assert (tmp_path / "drill" / "rongtong.sqlite3").is_file()


def test_what_it_points_at_exists() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert len(targets) == 6
    for target in targets:
        assert (DOCS / target).is_file(), target


def exposed(tmp_path: Path) -> set[str]:
    """The names of every metric, once each of them has been counted."""
    metrics.cache_lookups().labels("hit")
    metrics.cache_failures().labels("get")
    metrics.database_errors().labels("full")
    metrics.index_seconds().labels("apply")
    metrics.job_endings().labels("import", "done")
    services = fake_services(tmp_path / "data")
    write = {"a.txt": lambda path: path.write_bytes(b"1")}
    write_snapshot(services.settings.snapshot_folder, fingerprint="f", sequence=1, write=write)
    with TestClient(create_app(services, warming=False)) as client:
        client.get("/healthz")
        return set(METRIC.findall(client.get("/metrics").text))


def test_every_metric_that_is_named_is_there_and_the_other_way_round(tmp_path: Path) -> None:
    found = exposed(tmp_path)
    named = set(METRIC.findall(TEXT))
    watched = {name for rule in rules() for name in METRIC.findall(rule["expr"])}
    assert {name for name in named | watched if name not in found} == set()
    families = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in found}
    assert {name for name in families if name not in named and f"{name}_total" not in named} == set()


def rules() -> list[dict[str, str]]:
    return [rule for group in yaml.safe_load(ALERTS)["groups"] for rule in group["rules"]]


def test_every_setting_is_told() -> None:
    named = set(re.findall(r"\b(?:RONGTONG_[A-Z_]+|DATABASE_URL|REDIS_URL)\b", TEXT))
    plain = {"database_url", "redis_url"}
    known = {name.upper() if name in plain else f"RONGTONG_{name.upper()}" for name in Settings.model_fields}
    assert named == known


def test_every_503_and_507_is_explained() -> None:
    told = TEXT.split("## What to do")[1].split("## Sizes")[0]
    first = "".join(re.findall(r"^\|([^|]*)\|", told, re.MULTILINE))
    codes = set(re.findall(r"`([a-z_]+)`", first)) - {"code"}
    away = {str(kind.code) for kind, status in STATUSES.items() if status in {503, 507}}  # type: ignore[attr-defined]
    assert codes == away


def test_nginx_lets_through_what_the_service_takes_and_holds_nothing_back() -> None:
    settings = Settings.load(database_url=None, redis_url=None)
    sizes = [int(size) * 1024 * 1024 for size in re.findall(r"client_max_body_size (\d+)m;", NGINX)]
    upload = settings.max_import_bytes  # imports and their trials, returned lists, the console's forms
    limits = (settings.max_json_bytes, settings.max_bulk_bytes, upload, upload, upload)
    assert all(limit < size <= 2 * limit for limit, size in zip(limits, sizes, strict=True))
    assert NGINX.count("{") == NGINX.count("}")
    for line in NGINX.splitlines():
        said = line.split("#")[0].strip()
        assert not said or said[-1] in "{};", line
    events = NGINX.split("events$ {")[1].split("}")[0]
    assert "proxy_buffering off" in events
