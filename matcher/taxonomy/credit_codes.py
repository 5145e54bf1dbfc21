"""Unified social credit codes (统一社会信用代码, GB 32100-2015) with both check characters.

Positions 1-2 registering department and kind, 3-8 registering office, 9-17 the organisation code of GB 11714 with its
own check character, 18 the check character. The office's code need not be in GB/T 2260 (320594 is 苏州工业园区)
and does not say where the firm is now, so it is not checked. python-stdnum is not used: it demands digits in the first
eight places, where the departments A, N and Y (登记管理部门) are letters, and leaves out the inner check.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: no I, O, S, V, Z."""

_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_ORGANISATION_VALUES = {char: int(char, 36) for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_PLAIN = re.compile(f"[{ALPHABET}]{{18}}")
"""A code as it is stored, of characters that may be used."""


def _table(values: dict[str, int]) -> bytes:
    """What turns the bytes of a code into the values of its characters."""
    return bytes(values.get(chr(byte), 0) for byte in range(256))


_TABLE, _ORGANISATION_TABLE = _table(_VALUES), _table(_ORGANISATION_VALUES)


class CreditCodeFault(StrEnum):
    """What is wrong with a code (错误种类)."""

    LENGTH = "length"
    CHARACTER = "character"
    ORGANISATION_CHECK = "organisation_check"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class CreditCodeProblem:
    """Why a code is not valid; `message` is Chinese and says what was found and what was expected."""

    fault: CreditCodeFault
    message: str


def normalise(code: str) -> str:
    """Give a code in the form that is compared and stored: half-width capitals, no spaces or hyphens."""
    if _PLAIN.fullmatch(code):
        return code
    return "".join(unicodedata.normalize("NFKC", code).upper().replace("-", "").split())


def check(code: str) -> CreditCodeProblem | None:
    """Say what is wrong with a code, or None. The code is normalised first."""
    plain = normalise(code)
    if _PLAIN.fullmatch(plain):
        return _check_characters(plain)
    if len(plain) != 18:
        return CreditCodeProblem(CreditCodeFault.LENGTH, f"统一社会信用代码应为 18 位，实为 {len(plain)} 位")
    place, char = next((place, char) for place, char in enumerate(plain, start=1) if char not in _VALUES)
    return CreditCodeProblem(
        CreditCodeFault.CHARACTER, f"第 {place} 位“{char}”不可用于统一社会信用代码（不含 I、O、S、V、Z）"
    )


def check_character(first_17: str) -> str:
    """Give the 18th character for the first 17: (31 - sum mod 31) mod 31, so that remainder 0 gives "0"."""
    total = sum(map(mul, first_17.encode("ascii").translate(_TABLE), _WEIGHTS))
    return ALPHABET[-total % 31]


def organisation_check_character(first_8: str) -> str:
    """Give the ninth character of an organisation code (GB 11714) for its first eight; 10 is written X."""
    total = sum(map(mul, first_8.encode("ascii").translate(_ORGANISATION_TABLE), _ORGANISATION_WEIGHTS))
    remainder = -total % 11
    return "X" if remainder == 10 else str(remainder)


def _check_characters(plain: str) -> CreditCodeProblem | None:
    expected = check_character(plain[:17])
    if plain[17] != expected:
        return CreditCodeProblem(
            CreditCodeFault.CHECK, f"第 18 位校验码不符：填的是“{plain[17]}”，按 GB 32100-2015 应为“{expected}”"
        )
    inner = organisation_check_character(plain[8:16])
    if plain[16] != inner:
        return CreditCodeProblem(
            CreditCodeFault.ORGANISATION_CHECK,
            f"第 17 位组织机构代码校验码不符：填的是“{plain[16]}”，按 GB 11714 应为“{inner}”",
        )
    return None
