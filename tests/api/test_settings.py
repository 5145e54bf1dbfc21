"""Settings: embedded defaults, real services by variable, and errors that name the variable and hide the password."""

from pathlib import Path

import pytest

from api.errors import InvalidSettings
from api.settings import AccessMode, LogFormat, Settings

VARIABLES = (
    "RONGTONG_DATA", "DATABASE_URL", "REDIS_URL", "RONGTONG_ENCODER", "RONGTONG_HOST", "RONGTONG_PORT",
    "RONGTONG_LOG_FORMAT", "RONGTONG_MAX_JSON_BYTES", "RONGTONG_MAX_IMPORT_BYTES", "RONGTONG_TENANT",
    "RONGTONG_WORKERS", "RONGTONG_MERGE_ROWS", "RONGTONG_MERGE_PERCENT",
    "RONGTONG_MAX_BULK_BYTES", "RONGTONG_IDEMPOTENCY_HOURS", "RONGTONG_JOBS", "RONGTONG_KEEP_JOBS_DAYS",
)  # fmt: skip


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("RONGTONG_ACCESS", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_need_no_server(tmp_path: Path) -> None:
    settings = Settings.load()
    assert settings.data == tmp_path / "data"
    assert settings.store_url.render_as_string() == f"sqlite:///{tmp_path / 'data' / 'rongtong.sqlite3'}"
    assert (settings.redis_url, settings.encoder, settings.tenant) == (None, None, "local")
    assert (settings.host, settings.port, settings.log_format) == ("127.0.0.1", 8000, LogFormat.CONSOLE)
    assert (settings.max_json_bytes, settings.max_import_bytes) == (1024**2, 16 * 1024**2)


def test_every_variable_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database, redis = "postgresql://u:p@h/db", "redis://r:1/2"
    values = (
        str(tmp_path / "d"), database, redis, "bge", "0.0.0.0", "9", "json", "7", "8", "sz", "2", "5", "2.5",
        "9", "48", "false", "7",
    )  # fmt: skip
    for name, value in zip(VARIABLES, values, strict=True):
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    assert settings.model_dump() == {
        "data": tmp_path / "d",
        "database_url": "postgresql+psycopg://u:p@h/db",
        "redis_url": "redis://r:1/2",
        "encoder": "bge",
        "host": "0.0.0.0",
        "port": 9,
        "log_format": LogFormat.JSON,
        "max_json_bytes": 7,
        "max_import_bytes": 8,
        "tenant": "sz",
        "workers": 2,
        "merge_rows": 5,
        "merge_percent": 2.5,
        "max_bulk_bytes": 9,
        "idempotency_hours": 48,
        "jobs": False,
        "keep_jobs_days": 7,
        "access": AccessMode.ACCOUNTS,
        "console": True,
        "console_port": None,
        "data_key": None,
        "session_idle_minutes": 120,
        "session_hours": 12,
        "rate_account": 1_200,
        "rate_tenant": 12_000,
        "rate_refused": 120,
        "rate_sign_in": 20,
        "oidc_issuer": None,
        "oidc_client_id": None,
        "oidc_client_secret": None,
        "oidc_audience": None,
    }


def test_variables_of_other_programs_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "DATA", "TENANT", "ENCODER"):
        monkeypatch.setenv(name, "elsewhere")
    settings = Settings.load()
    assert (settings.host, settings.port, settings.encoder, settings.tenant) == ("127.0.0.1", 8000, None, "local")


def test_values_given_in_code_go_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RONGTONG_DATA", str(tmp_path / "environment"))
    assert Settings.load(data=tmp_path / "code").data == tmp_path / "code"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_goes_through_psycopg_3(scheme: str) -> None:
    url = Settings.load(database_url=f"{scheme}://u:secret@h:5433/db").store_url
    assert (url.drivername, url.password, url.host, url.port, url.database) == (
        "postgresql+psycopg", "secret", "h", 5433, "db",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("DATABASE_URL", "mysql://u:hush@h/db", "不支持的数据库 mysql"),
        ("DATABASE_URL", "hush", "不是数据库地址"),
        ("DATABASE_URL", "sqlite://", "内存中的 SQLite"),
        ("DATABASE_URL", "sqlite+aiosqlite:///hush.db", "不支持的数据库 sqlite+aiosqlite"),
        ("REDIS_URL", "http://:hush@h", "不是 Redis 地址"),
        ("REDIS_URL", "redis://:hush@h:many", "端口不是"),
        ("RONGTONG_PORT", "70000", "0 到 65535"),
        ("RONGTONG_PORT", "八千", "0 到 65535"),
        ("RONGTONG_LOG_FORMAT", "xml", "console 或 json"),
        ("RONGTONG_MAX_JSON_BYTES", "0", "大于 0"),
    ],
)
def test_a_bad_value_is_explained_without_being_echoed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidSettings) as caught:
        Settings.load()
    message = str(caught.value)
    assert variable in message
    assert reason in message
    assert "hush" not in message
    assert caught.value.__cause__ is None


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(InvalidSettings, match="不是文件夹"):
        Settings.load()


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(InvalidSettings, match="未知的配置项 dta"):
        Settings.load(dta="x")


def test_passwords_do_not_show() -> None:
    settings = Settings.load(database_url="postgresql://u:hush@h/db", redis_url="redis://:hush@h")
    assert "hush" not in repr(settings)


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
    assert Settings.load() == Settings.load(data=Path("data"), tenant="local")
