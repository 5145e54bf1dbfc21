"""Reading a catalogue file (目录文件): YAML, taken strictly. Nothing is constructed, shared by alias or guessed.

Numbers with a fraction become `Decimal`, never float; a key written twice, an anchor, an alias, a tag, an octal or a
sexagesimal number is refused with `InvalidCatalogue`, for each of them means something else to an officer than to YAML.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import yaml

from matcher.errors import InvalidCatalogue

MAX_BYTES = 2 * 1024 * 1024
"""No catalogue file is larger than this (2 MB)."""
MAX_DEPTH = 32
"""No catalogue file nests deeper than this."""

Plain = str | int | Decimal | date | bool | None | list["Plain"] | dict[str, "Plain"]
"""What a catalogue file can say."""

FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2100, 12, 31)
"""No document of this catalogue was in force before or will be after; a day outside is a slip of the pen."""


class Located(dict[str, Plain]):
    """A mapping that knows the line of the file on which it and each of its keys stands."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


_MAYBE_SHARED = re.compile(r"[&*][^\s\[\]{},]")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Refused(Exception):
    """A fault at a line; it becomes an `InvalidCatalogue` that names the file too."""

    def __init__(self, node: yaml.Node, found: str, expected: str) -> None:
        self.line, self.found, self.expected = node.start_mark.line + 1, found, expected
        super().__init__(found)


def read_file(name: str, content: bytes) -> dict[str, Plain]:
    """Parse one file's bytes into its top-level mapping, whose mappings are `Located`; `name` is only for messages."""
    parsed = read_plain(name, content)
    if not isinstance(parsed, dict):
        raise InvalidCatalogue(
            where=name, found="顶层不是键值表", expected="顶层为 offers 等键", remedy="参照内置目录的写法"
        )
    return parsed


def read_plain(name: str, content: bytes) -> Plain:
    """Parse one file's bytes, as strictly as `read_file`, whatever stands at its top; None for an empty file."""
    if len(content) > MAX_BYTES:
        raise InvalidCatalogue(
            where=name, found=f"超过 {MAX_BYTES} 字节", expected="不超过 2 MB", remedy="拆成几个文件"
        )
    text = _decoded(name, content)
    try:
        _refuse_sharing(name, text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        return None if node is None else _plain(node)
    except yaml.YAMLError as error:
        raise _not_yaml(name, error) from error
    except _Refused as error:
        raise InvalidCatalogue(
            where=name, line=error.line, found=error.found, expected=error.expected, remedy="按此修改"
        ) from error


def _not_yaml(name: str, error: yaml.YAMLError) -> InvalidCatalogue:
    mark = getattr(error, "problem_mark", None)
    return InvalidCatalogue(
        where=name,
        line=None if mark is None else mark.line + 1,
        found=f"不是合规的 YAML：{' '.join(str(error).split())}",
        expected="能读通的 YAML",
        remedy="按提示的位置修改",
    )


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidCatalogue(
            where=name, found="不是 UTF-8 编码", expected="UTF-8", remedy="另存为 UTF-8 后重试"
        ) from error


def _refuse_sharing(name: str, text: str) -> None:
    """Refuse anchors and aliases; a scan over events costs as much as parsing, so a pattern decides whether to scan."""
    if not _MAYBE_SHARED.search(text):
        return
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if getattr(event, "anchor", None) is not None:
            raise InvalidCatalogue(
                where=name,
                line=event.start_mark.line + 1 if event.start_mark else None,
                found="用了锚点或别名（& 或 *）",
                expected="直接写出内容",
                remedy="共用的条件写入 conditions，用 use 引用",
            )


def _plain(node: yaml.Node, depth: int = 0) -> Plain:
    if depth > MAX_DEPTH:
        raise _Refused(node, "嵌套过深", f"不超过 {MAX_DEPTH} 层")
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return _mapping(node, depth)
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_plain(item, depth + 1) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
        return _SCALARS[node.tag](node)
    raise _Refused(node, f"不支持的写法 {node.tag}", "文字、数字、日期、true 或 false、列表、键值表")


def _mapping(node: yaml.MappingNode, depth: int) -> dict[str, Plain]:
    mapping = Located(node.start_mark.line + 1)
    for key, value in node.value:
        if key.tag != "tag:yaml.org,2002:str":
            raise _Refused(key, f"键 {key.value!r} 不是文字", "文字作键")
        if key.value in mapping:
            raise _Refused(key, f"键 {key.value!r} 重复", "同一处每个键一次")
        mapping.lines[key.value] = key.start_mark.line + 1
        mapping[key.value] = _plain(value, depth + 1)
    return mapping


def _integer(node: yaml.ScalarNode) -> int:
    if not _INTEGER.fullmatch(node.value):
        raise _Refused(node, f"数字 {node.value!r} 的写法有歧义", "十进制整数；代码类请加引号")
    return int(node.value)


def _decimal(node: yaml.ScalarNode) -> Decimal:
    if not _DECIMAL.fullmatch(node.value):
        raise _Refused(node, f"数字 {node.value!r} 的写法有歧义", "十进制小数，如 0.5")
    return Decimal(node.value)


def _date(node: yaml.ScalarNode) -> date:
    try:
        day = date.fromisoformat(node.value if _DATE.fullmatch(node.value) else "")
    except ValueError:
        raise _Refused(node, f"日期 {node.value!r} 不存在或写法不符", "年-月-日，如 2021-10-22") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise _Refused(node, f"日期 {node.value!r} 超出范围", f"{FIRST_DAY} 至 {LAST_DAY} 之间的日期")
    return day


def _flag(node: yaml.ScalarNode) -> bool:
    if node.value not in ("true", "false"):
        raise _Refused(node, f"{node.value!r} 会被当作真假值", "true 或 false；文字请加引号")
    return bool(node.value == "true")


_SCALARS: Mapping[str, Callable[[yaml.ScalarNode], Plain]] = {
    "tag:yaml.org,2002:str": lambda node: str(node.value),
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": _decimal,
    "tag:yaml.org,2002:bool": _flag,
    "tag:yaml.org,2002:timestamp": _date,
    "tag:yaml.org,2002:null": lambda _: None,
}
