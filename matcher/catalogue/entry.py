"""One mapping of a catalogue file (条目), read key by key: every key is known, every value of the type it should be."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from matcher.catalogue.files import Located
from matcher.errors import InvalidCatalogue

Choice = TypeVar("Choice", bound=StrEnum)
Item = TypeVar("Item")
Made = TypeVar("Made")

MAX_FAULTS = 20
"""So many faults of one loading are told; the rest show themselves when these are mended."""


def collected(make: Callable[[Item], Made], items: Iterable[Item]) -> tuple[Made, ...]:
    """Make something of each item; the faults of the items are raised together, up to `MAX_FAULTS` of them."""
    made: list[Made] = []
    faults: list[InvalidCatalogue] = []
    for item in items:
        try:
            made.append(make(item))
        except InvalidCatalogue as fault:
            faults.append(fault)
        if len(faults) == MAX_FAULTS:
            break
    if faults:
        raise together(faults)
    return tuple(made)


def together(faults: Iterable[InvalidCatalogue]) -> InvalidCatalogue:
    """One error of several, each single one among its `parts`, once where a shared condition is at fault."""
    parts = tuple({str(part): part for fault in faults for part in (fault.parts or (fault,))}.values())
    if len(parts) == 1:
        return parts[0]
    listed = "\n".join(f"- {fault}" for fault in parts[:MAX_FAULTS])
    return InvalidCatalogue(
        found=f"资源目录有 {len(parts)} 条不合规：\n{listed}\n",
        expected="每一条都合规",
        remedy="逐条修改后重新载入",
        parts=parts,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping and where it stands (file, id, place), so that each fault names the spot."""

    where: str
    data: Mapping[str, object]

    def fault(self, found: str, expected: str, remedy: str, key: str = "") -> InvalidCatalogue:
        """An error at this entry, on the line of `key` where one is named."""
        return InvalidCatalogue(
            where=self.where, line=self._line_of(key), found=found, expected=expected, remedy=remedy
        )

    def _line_of(self, key: str) -> int | None:
        return self.data.lines.get(key, self.data.line) if isinstance(self.data, Located) else None

    def only(self, *keys: str) -> None:
        """Refuse keys other than these."""
        for key in self.data:
            if key not in keys:
                near = get_close_matches(str(key), keys, n=1)
                raise self.fault(
                    f"不认识的键 {key!r}", "、".join(keys), f"是否想写 {near[0]}" if near else "删去该键", key
                )

    def require(self, *keys: str) -> None:
        """Refuse an entry in which one of these is absent or empty."""
        for key in keys:
            if self.data.get(key) in (None, "", []):
                raise self.fault(f"缺少 {key}", f"写明 {key}", "按原文补齐；原文未载的条目不要收入")

    def text(self, key: str) -> str:
        """A line of text; empty when absent."""
        return self._line(key, self.data.get(key, ""))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of lines of text, none twice; empty when absent."""
        lines = tuple(self._line(key, item) for item in self._list(key))
        if len(set(lines)) != len(lines):
            raise self.fault(f"{key} 中有重复项", "每项一次", "删去重复项", key)
        return lines

    def day(self, key: str) -> date | None:
        """A date without a time."""
        value = self.data.get(key)
        if value is None or isinstance(value, date):
            return value
        raise self.fault(f"{key} 为 {value!r}", "日期，如 2021-10-22", "改为年-月-日，不加引号", key)

    def amount(self, key: str) -> Decimal | None:
        """A number that is not negative, exactly as written."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
            raise self.fault(f"{key} 为 {value!r}", "不小于 0 的数字", "写成数字，不带单位和引号", key)
        return Decimal(value)

    def count(self, key: str) -> int | None:
        """A positive whole number."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.fault(f"{key} 为 {value!r}", "正整数", "写成整数，不带单位和引号", key)
        return value

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        """One of an enumeration's values."""
        value = self.data.get(key, default)
        found = next((item for item in kind if item.value == value), None)
        if found is None:
            allowed = "、".join(kind)
            raise self.fault(f"{key} 为 {value!r}", allowed, f"改为其中之一：{allowed}", key)
        return found

    def child(self, key: str) -> "Entry":
        """A nested mapping; an empty one when absent."""
        return self._nested(key, self.data.get(key, {}))

    def children(self, key: str) -> tuple["Entry", ...]:
        """A list of nested mappings; empty when absent."""
        return tuple(self._nested(f"{key} 第 {place} 项", item) for place, item in enumerate(self._list(key), 1))

    def _list(self, key: str) -> list[object]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.fault(f"{key} 为 {value!r}", "列表", "改为 [甲, 乙] 或逐行以 - 开头", key)
        return value

    def _nested(self, place: str, value: object) -> "Entry":
        if not isinstance(value, dict):
            raise self.fault(f"{place} 为 {value!r}", "键值表", "改为 {键: 值} 的写法")
        return Entry(f"{self.where} 的 {place}", value)

    def _line(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.fault(f"{key} 为 {value!r}", "文字", "改为文字；数字代码请加引号", key)
        if not value.isprintable() or value != value.strip():
            raise self.fault(f"{key} 含换行、控制字符或首尾空格", "一行文字", "删去不可见字符", key)
        return value
