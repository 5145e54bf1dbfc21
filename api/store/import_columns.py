"""Which column of a file fills which field (列与字段的对应), as a person set it: by heading."""

from collections.abc import Mapping

from matcher.declarations.registry import REGISTRY
from matcher.errors import InvalidValue, UnknownField
from matcher.fields import PartyKind

MOST_COLUMNS = 500
LONGEST_HEADING = 200


def checked_columns(kind: PartyKind, columns: Mapping[str, str]) -> dict[str, str]:
    """The columns again; an empty code leaves a column out.

    Raises `UnknownField` for a code that this kind of party does not have, `InvalidValue` for what is no heading.
    """
    if len(columns) > MOST_COLUMNS or any(len(heading) > LONGEST_HEADING for heading in columns):
        raise InvalidValue(
            found="列数或列名过长",
            expected=f"至多 {MOST_COLUMNS} 列，列名至多 {LONGEST_HEADING} 字",
            remedy="请删去不用的列",
        )
    known = {field.code for field in REGISTRY.of_kind(kind)}
    for heading, code in columns.items():
        if code and code not in known:
            raise UnknownField(
                found=f"列“{heading}”对应的字段 {code!a:.60}",
                expected="该类主体的字段",
                remedy="请用 rongtong fields 查看",
            )
    return dict(columns)
