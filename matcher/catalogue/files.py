"""Reading a catalogue file (目录文件): YAML, taken strictly. Nothing is executed, shared by alias or guessed.

Numbers with a fraction become `Decimal`, never float; a key written twice, an anchor, an alias, a tag, an octal or a
sexagesimal number is refused with `InvalidCatalogue`, for each of them means something else to an officer than to YAML.
"""

import re
from collections.abc import Hashable
from decimal import Decimal

import yaml

from matcher.errors import InvalidCatalogue

MAX_BYTES = 2 * 1024 * 1024
"""No catalogue file is larger than this (2 MB)."""

_MAYBE_SHARED = re.compile(r"(?:^|[\s\[{,:-])[&*][^\s\[\]{},]", re.MULTILINE)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_NUMBER_ADVICE = "写成十进制数字（如 5 或 0.5）；代码类请加引号"


def read_file(name: str, content: bytes) -> dict[str, object]:
    """Parse one file's bytes into its top-level mapping; `name` is only for messages."""
    if len(content) > MAX_BYTES:
        raise InvalidCatalogue(
            found=f"{name} 有 {len(content)} 字节", expected=f"不超过 {MAX_BYTES} 字节", remedy="拆成几个文件"
        )
    text = _decoded(name, content)
    try:
        _refuse_sharing(name, text)
        parsed = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a CSafeLoader, made stricter
    except yaml.YAMLError as error:
        raise InvalidCatalogue(
            found=f"{name} 不是合规的 YAML：{_place(error)}", expected="能读通的 YAML", remedy="按提示的行号修改"
        ) from error
    if not isinstance(parsed, dict):
        raise InvalidCatalogue(
            found=f"{name} 顶层不是键值表", expected="顶层为 documents、offers 等键", remedy="见 docs/catalogue.md"
        )
    return parsed


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidCatalogue(
            found=f"{name} 不是 UTF-8 编码", expected="UTF-8", remedy="另存为 UTF-8 后重试"
        ) from error


def _refuse_sharing(name: str, text: str) -> None:
    """Refuse anchors and aliases. The scan over events costs as much as parsing, so a pattern decides whether to scan."""
    if not _MAYBE_SHARED.search(text):
        return
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            line = event.start_mark.line + 1
            raise InvalidCatalogue(
                found=f"{name} 第 {line} 行用了锚点或别名（& 或 *）",
                expected="直接写出内容",
                remedy="共用的条件写入 conditions 后用 use 引用",
            )


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "无法解析"
    return f"第 {mark.line + 1} 行，{problem}" if mark is not None else str(problem)


class _StrictLoader(yaml.CSafeLoader):
    """The safe C loader with exact numbers and without repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "同一处有重复的键", node.start_mark)
        return mapping


def _integer(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int:
    if not _INTEGER.fullmatch(node.value):
        raise yaml.constructor.ConstructorError(
            None, None, f"数字 {node.value!r} 的写法有歧义，{_NUMBER_ADVICE}", node.start_mark
        )
    return int(node.value)


def _decimal(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Decimal:
    if not _DECIMAL.fullmatch(node.value):
        raise yaml.constructor.ConstructorError(
            None, None, f"数字 {node.value!r} 的写法有歧义，{_NUMBER_ADVICE}", node.start_mark
        )
    return Decimal(node.value)


def _refused(loader: yaml.CSafeLoader, node: yaml.Node) -> object:
    raise yaml.constructor.ConstructorError(None, None, f"不支持的写法 {node.tag}", node.start_mark)


_StrictLoader.add_constructor("tag:yaml.org,2002:int", _integer)
_StrictLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
for _tag in ("binary", "set", "omap", "pairs"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _refused)
