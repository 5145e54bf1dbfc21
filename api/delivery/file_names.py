"""Names of files that every system takes (文件名), Windows the strictest of them."""

import re
import unicodedata

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_LONGEST = 60


def safe_name(text: str) -> str:
    """A name without folders, reserved words or characters, trailing dots or undue length; never empty."""
    plain = "".join(char for char in unicodedata.normalize("NFC", text) if char.isprintable())
    clean = _FORBIDDEN.sub("_", plain)[:_LONGEST].strip(" .")
    return f"_{clean}" if not clean or _RESERVED.fullmatch(clean) else clean


class FileNames:
    """Gives each file of an archive a name of its own, the same in the same order; case does not tell two apart."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, folder: str, text: str, ending: str) -> str:
        """A path in a folder for a file that is to be called so; the second of a name gets a number."""
        name = safe_name(text)
        while True:
            key = f"{folder}/{name}".casefold()
            count = self._taken[key] = self._taken.get(key, 0) + 1
            if count == 1:
                return f"{folder}/{name}{ending}"
            name = f"{safe_name(text)}（{count}）"
