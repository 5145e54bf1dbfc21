"""An input for any field of the registry (字段输入): the right control for its type, with its unit."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from api.console.blocks import line, primary
from api.console.desk import Desk
from matcher.declarations.registry import REGISTRY
from matcher.errors import MatcherError
from matcher.fields import Field, FieldType, Value
from matcher.validation import parse_cell

Filled = Callable[[str, Value], Awaitable[Any]]
"""What is done with a value that was typed: the field's code and the value."""
_HINTS = {
    FieldType.REGION: "input.region",
    FieldType.INDUSTRY: "input.industry",
    FieldType.DATE: "input.date",
    FieldType.CREDIT_CODE: "input.credit_code",
}


def field_input(desk: Desk, code: str, filled: Filled, *, value_text: str = "", focus: bool = False) -> None:
    """Show the input of a field with its button; what cannot be read is said under it, in place."""
    field = REGISTRY[code]
    with line("top"):
        control = _control(desk, field, value_text)
        if focus:
            control.props("autofocus")

        async def take() -> None:
            if control.value in (None, "", []):
                return
            try:
                value = parse_cell(field, _text(control.value), header_unit=field.unit)
            except MatcherError as error:
                control.props["error"] = True
                control.props["error-message"] = str(error)
                return
            if value is not None:
                await filled(code, value)

        control.on("keydown.enter", take)
        primary(desk.text("input.fill"), take)


def _control(desk: Desk, field: Field, said: str) -> Any:
    label = f"{field.label}（{field.unit}）" if field.unit else field.label
    if field.type is FieldType.FLAG:
        options = {"是": desk.text("yes"), "否": desk.text("no")}  # the words that `parse_cell` reads
        control: Any = ui.select(options, label=label, value=said if said in options else None)
    elif field.choices:
        many = field.type is FieldType.CHOICES
        control = ui.select(list(field.choices), label=label, multiple=many, value=[] if many else None)
    else:
        hint = _HINTS.get(field.type)
        control = ui.input(label, value=said, placeholder=desk.text(hint) if hint else None)
    control.props("dense outlined options-dense hide-bottom-space").classes("field-input")
    if field.description:
        control.props["hint"] = field.description
    return control


def _text(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
