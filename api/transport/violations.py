"""What FastAPI found wrong with a request, in Chinese, without ever repeating the input."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.problems import Violation

_PARAMETERS = {"query", "path", "header", "cookie"}


def violations(errors: Sequence[Mapping[str, Any]], *within: str | int) -> tuple[Violation, ...]:
    """Turn pydantic's errors into violations: code, place and Chinese detail; `within` leads to what was validated."""
    return tuple(_violation({**error, "loc": (*within, *error.get("loc", ()))}) for error in errors)


def pointer(*steps: str | int) -> str:
    """A JSON pointer as a URI fragment (RFC 6901 section 6), without percent-encoding what people can read."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _violation(error: Mapping[str, Any]) -> Violation:
    where, *steps = error.get("loc") or ("body",)
    code = str(error.get("type", "invalid"))
    detail = _detail(code, error.get("ctx") or {})
    if where in _PARAMETERS:
        return Violation(code, detail, parameter=str(steps[-1] if steps else where))
    return Violation(code, detail, pointer=pointer(*steps))


def _detail(code: str, context: Mapping[str, Any]) -> str:
    write = _DETAILS.get(code)
    return write(context) if write else "值不合规；应为：接口文档所列的格式。请改正。"


def _bound(sign: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda context: f"数值超出范围；应为：{sign} {context.get(key)}。请改正。"


def _said(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: text


_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": _said("缺少必填项；应为：接口文档所列的值。请补充。"),
    "extra_forbidden": _said("没有这一项；应为：接口文档所列的名称。请检查拼写或删去。"),
    "string_type": _said("不是文字；应为：文字。请改为带引号的文字。"),
    "int_type": _said("不是整数；应为：整数。请改为不带引号和小数的数字。"),
    "int_parsing": _said("不是整数；应为：整数。请改正。"),
    "bool_type": _said("不是 true 或 false；应为：true 或 false。请改正。"),
    "bool_parsing": _said("不是 true 或 false；应为：true 或 false。请改正。"),
    "list_type": _said("不是列表；应为：列表。请用方括号括起。"),
    "frozen_set_type": _said("不是列表；应为：列表。请用方括号括起。"),
    "dict_type": _said("不是对象；应为：对象。请用花括号括起。"),
    "model_attributes_type": _said("不是对象；应为：对象。请用花括号括起。"),
    "model_type": _said("不是对象；应为：对象。请用花括号括起。"),
    "iso_date": _said("不是日期；应为：2026-11-22 这样的日期。请改正。"),
    "greater_than_equal": _bound("不小于", "ge"),
    "less_than_equal": _bound("不大于", "le"),
    "string_too_long": lambda context: f"文字过长；应为：不超过 {context.get('max_length'):,} 个字符。请缩短。",
    "string_too_short": lambda context: f"文字过短；应为：至少 {context.get('min_length')} 个字符。请补充。",
    "too_long": lambda context: f"项数过多；应为：不超过 {context.get('max_length')} 项。请减少。",
    "string_pattern_mismatch": _said("含有不允许的字符；应为：接口文档所列的格式。请改正。"),
    "enum": lambda context: f"不在可选值内；应为：{context.get('expected', '').replace(' or ', ', ')}。请改正。",
    "union_tag_invalid": lambda context: (
        f"{context.get('discriminator')} 不是所列的种类；应为：{context.get('expected_tags')}。请改正。"
    ),
    "union_tag_not_found": lambda context: f"没有写 {context.get('discriminator')}；应为：所列的种类之一。请补充。",
    "value_error": _said("值不合规；应为：接口文档所列的格式。请改正。"),
}
