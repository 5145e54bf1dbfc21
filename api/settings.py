"""Settings of the service (配置): read once from the environment, each with an embedded default."""

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from api.access.sealing import KEY_FILE, Seals
from api.access.viewers import LOCAL_TENANT
from api.errors import InvalidSettings

MIB = 1024 * 1024
DATABASE_FILE = "rongtong.sqlite3"
_POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}
_REDIS = ("redis://", "rediss://", "unix://")


class LogFormat(StrEnum):
    """How log lines are written (日志格式): for people or for machines."""

    CONSOLE = "console"
    JSON = "json"


class AccessMode(StrEnum):
    """How one comes in (准入方式): by account, or open to whoever sits at this machine (only to try out)."""

    ACCOUNTS = "accounts"
    OPEN = "open"


def _database_url(value: str | None) -> str | None:
    """Accept SQLite files and PostgreSQL; PostgreSQL always goes through psycopg 3."""
    if not value:
        return None
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError("不是数据库地址") from None
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.get_backend_name() != "sqlite" or url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ValueError(f"不支持的数据库 {url.drivername}")
    if url.database in {None, "", ":memory:"}:
        raise ValueError("内存中的 SQLite 不能在线程之间共享")
    return value


def _redis_url(value: str | None) -> str | None:
    if value is None:
        return None
    if not value.startswith(_REDIS):
        raise ValueError("不是 Redis 地址")
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise ValueError("端口不是 0 到 65535 的整数") from None
    return value


def _issuer(value: str | None) -> str | None:
    """An OIDC issuer over TLS, or on this machine."""
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError("不是 https 地址")
    return value


def _folder(value: Path) -> Path:
    """Make the path absolute; a path that exists must be a folder."""
    absolute = value.expanduser().resolve()
    if absolute.exists() and not absolute.is_dir():
        raise ValueError("该路径已存在且不是文件夹")
    return absolute


def _unprefixed(name: str) -> Any:
    """A setting whose variable is known far beyond this service (DATABASE_URL, REDIS_URL); it may hold a password."""
    return Field(default=None, repr=False, validation_alias=name)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Settings(BaseSettings):
    """All settings. Attribute names in code, environment variables outside; a misspelt name in code is refused.

    `data` holds the database, the snapshot and the embedded server's files. `database_url` None means SQLite in `data`;
    `redis_url` None means an embedded server; `encoder` None means the shipped model. Sizes are in bytes. The index is
    merged in the background past `merge_rows` changed parties or `merge_percent` % of all.
    """

    model_config = SettingsConfigDict(
        env_prefix="RONGTONG_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data: Annotated[Path, AfterValidator(_folder)] = Path("data")
    database_url: Annotated[str | None, AfterValidator(_database_url)] = _unprefixed("database_url")
    redis_url: Annotated[str | None, AfterValidator(_redis_url)] = _unprefixed("redis_url")
    encoder: str | None = None
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    log_format: LogFormat = LogFormat.CONSOLE
    max_json_bytes: int = Field(default=MIB, gt=0)
    max_import_bytes: int = Field(default=16 * MIB, gt=0)
    max_bulk_bytes: int = Field(default=8 * MIB, gt=0)
    idempotency_hours: int = Field(default=24, ge=1, le=24 * 30)
    tenant: str = Field(default=LOCAL_TENANT, min_length=1, max_length=200)
    workers: int = Field(default=1, ge=1, le=64)
    merge_rows: int = Field(default=20_000, gt=0)
    merge_percent: float = Field(default=5.0, gt=0, le=100)
    jobs: bool = True
    keep_jobs_days: int = Field(default=30, ge=1, le=3650)
    data_key: str | None = Field(default=None, repr=False)
    console: bool = True
    console_port: int | None = Field(default=None, ge=1, le=65535)
    access: AccessMode = AccessMode.ACCOUNTS
    session_idle_minutes: int = Field(default=120, ge=1, le=24 * 60)
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    rate_account: int = Field(default=1_200, ge=0)
    rate_tenant: int = Field(default=12_000, ge=0)
    rate_refused: int = Field(default=120, ge=0)
    rate_sign_in: int = Field(default=20, ge=0)
    oidc_issuer: Annotated[str | None, AfterValidator(_issuer)] = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_audience: str | None = None

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read the environment, `given` values first; raise `InvalidSettings` naming the variable at fault."""
        try:
            return cls(**given)
        except ValidationError as error:
            raise _explained(error) from None

    @property
    def store_url(self) -> URL:
        """Where the truth is: `DATABASE_URL`, or SQLite in the data folder."""
        if self.database_url:
            return make_url(self.database_url)
        return URL.create("sqlite", database=str(self.data / DATABASE_FILE))

    @property
    def only_here(self) -> bool:
        """Whether only this machine can reach the service: it listens on a loopback address."""
        return is_loopback(self.host)

    @property
    def seals(self) -> Seals:
        """What seals personal data: `RONGTONG_DATA_KEY`, or the key's file in the data folder."""
        return Seals(self.data / KEY_FILE, self.data_key)

    @property
    def port_of_console(self) -> int:
        """Where the console listens: with several workers in a process of its own, on the next port unless told."""
        return self.port if self.workers == 1 else self.console_port or self.port + 1

    @property
    def snapshot_folder(self) -> Path:
        """Where the derived snapshot (vectors and columns) that serves is kept: a link to its encoder's generation."""
        return self.data / "snapshot"


def require_loopback_if_open(settings: Settings) -> None:
    """Raise `InvalidSettings` for a service that asks nobody who they are and listens to more than this machine."""
    if settings.access is AccessMode.OPEN and not settings.only_here:
        raise InvalidSettings(
            found=f"RONGTONG_ACCESS=open，监听 {settings.host}",
            expected="open 只用于本机（127.0.0.1）",
            remedy="请改为 RONGTONG_ACCESS=accounts，或只监听 127.0.0.1",
        )


_EXPECTED = {
    "data": "一个文件夹的路径",
    "database_url": "sqlite:///文件路径 或 postgresql://用户:口令@主机/库名",
    "redis_url": "redis://、rediss:// 或 unix:// 开头的地址",
    "encoder": "模型文件夹的路径或模型名称",
    "host": "监听地址，如 127.0.0.1",
    "port": "0 到 65535 的整数",
    "log_format": "console 或 json",
    "max_json_bytes": "大于 0 的整数（字节）",
    "max_import_bytes": "大于 0 的整数（字节）",
    "max_bulk_bytes": "大于 0 的整数（字节）",
    "idempotency_hours": "幂等键保留的小时数，1 到 720 的整数",
    "tenant": "平台代码，1 到 200 个字符",
    "workers": "服务进程数，1 到 64 的整数",
    "merge_rows": "大于 0 的整数（变更多少家主体后合并索引）",
    "jobs": "true 或 false（服务是否自带任务进程）",
    "console": "true 或 false（服务是否带控制台）",
    "console_port": "1 到 65535 的整数（多进程服务时控制台的端口）",
    "access": "accounts（按账号）或 open（只供本机试用）",
    "rate_account": "每个账号或密钥一分钟的请求数，0 为不限",
    "rate_tenant": "每个平台一分钟的请求数，0 为不限",
    "rate_refused": "每个地址一分钟可出示多少次无效凭证，0 为不限",
    "rate_sign_in": "每个地址一分钟可尝试登录多少次，0 为不限",
    "oidc_issuer": "https:// 开头的签发者地址（本机可用 http://127.0.0.1）",
    "oidc_client_id": "在身份服务登记的客户端标识",
    "oidc_client_secret": "在身份服务登记的客户端密钥",
    "oidc_audience": "令牌的 aud，默认与客户端标识相同",
    "session_idle_minutes": "会话闲置多少分钟后失效，1 到 1440 的整数",
    "session_hours": "会话最长多少小时，1 到 720 的整数",
    "data_key": "32 字节的 base64（openssl rand -base64 32），轮换时多个用逗号隔开，新的在前",
    "keep_jobs_days": "已结束的任务保留的天数，1 到 3650 的整数",
    "merge_percent": "大于 0、不超过 100 的数（变更占全部主体的百分之几后合并索引）",
}
_UNPREFIXED = {"database_url", "redis_url"}


def _explained(error: ValidationError) -> InvalidSettings:
    """Turn pydantic's first complaint into Chinese, without echoing a value that may hold a password."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]).lower().removeprefix("rongtong_") if first["loc"] else ""
    if name not in _EXPECTED:
        return InvalidSettings(found=f"未知的配置项 {name}", expected="、".join(_EXPECTED), remedy="请检查拼写")
    variable = (name if name in _UNPREFIXED else f"rongtong_{name}").upper()
    reason = first.get("ctx", {}).get("error")
    found = f"环境变量 {variable} 的值无效" + (f"（{reason}）" if isinstance(reason, ValueError) else "")
    return InvalidSettings(found=found, expected=_EXPECTED[name], remedy=f"请改正 {variable} 后重新启动")
