"""What a command about deals says, from a file or from options: the same bodies as over HTTP, as strictly read."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api.transport.violations import violations
from matcher.catalogue.files import read_plain
from matcher.errors import InvalidCatalogue, InvalidDeal

MOST = 1_000
"""No file tells of more events."""


def told(file: Path | None, given: dict[str, Any], settings: list[str]) -> list[dict[str, Any]]:
    """The entries that a command is given: those of a YAML or JSON file (one, or a list), or one made of options.

    `given` are options that were used and go before what the file says; `settings` are `name=value`, the value read as
    in a file. Raises `InvalidDeal`.
    """
    own = {name: value for name, value in given.items() if value not in (None, [], ())}
    own |= dict(_setting(item) for item in settings)
    if file is None:
        return [own]
    found = _read(file)
    entries = found if isinstance(found, list) else [found]
    if not 1 <= len(entries) <= MOST or not all(isinstance(item, dict) for item in entries):
        raise InvalidDeal(
            found=f"{file.name} 不是一条记录，也不是 1 至 {MOST} 条记录的列表",
            expected="键值表，或键值表的列表",
            remedy="请参照 docs/dealflow.md",
        )
    return [item | own for item in entries]


def body_of(kind: Any, entry: dict[str, Any], where: str = "") -> Any:
    """Read an entry as a body of `kind`. Raises `InvalidDeal` that names each place and what is wrong there."""
    try:
        return _adapter(kind).validate_python(entry)
    except ValidationError as error:
        faults = violations(error.errors(), "body")
        found = "".join(f"{(item.pointer or '')[2:]} {item.detail}" for item in faults).strip().rstrip("。")
        raise InvalidDeal(found=f"{where}{found}", expected="逐项合规", remedy="请参照 docs/dealflow.md 修改") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read(file: Path) -> Any:
    try:
        return _plain(read_plain(file.name, file.read_bytes()))
    except OSError as fault:
        raise InvalidDeal(
            found=f"不能读取 {file.name}（{fault.strerror}）", expected="可读的文件", remedy="请核对路径"
        ) from None
    except InvalidCatalogue as fault:
        raise InvalidDeal(found=str(fault), expected="能读通的 YAML 或 JSON", remedy="按提示的位置修改") from None


def _setting(item: str) -> tuple[str, Any]:
    name, separator, text = item.partition("=")
    if not separator or not name:
        raise InvalidDeal(found=f"--set {item[:80]}", expected="名称=值", remedy="例如 --set amount_wan=300")
    try:
        return name, _plain(read_plain(f"--set {name}", text.encode()))
    except InvalidCatalogue as fault:
        raise InvalidDeal(found=str(fault), expected="数字、日期、文字或列表", remedy="文字可加引号") from None


def _plain(value: Any) -> Any:
    """Days as the text that a body takes."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
