"""What evaluation works out and no party states: shown like a field, never given, stored or imported."""

from matcher.fields import Field, FieldType, Source

SCORE = "evaluation_score"
"""The code of the points that a scored criterion gives (评价得分, 分)."""

FIELDS: tuple[Field, ...] = (
    Field(SCORE, "评价得分", FieldType.NUMBER, "评价", frozenset(), unit="分", source=Source.DERIVED),
)
