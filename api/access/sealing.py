"""Sealing of personal data at rest (静态加密): AES-256-GCM under a data key, bound to the place where it stands.

个人信息保护法 51 asks for encryption. A sealed value names its key, so that keys can be changed; its associated data is
the place (platform, party, field), so that a value copied elsewhere does not open. The nonce is taken from an HMAC of
place and value: the same value at the same place is sealed alike, so that "has this changed?" can be asked of sealed
rows, and no nonce serves two values. `cryptography` is loaded when the first value is sealed or opened.
"""

import os
import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from hmac import digest as hmac
from pathlib import Path
from secrets import token_bytes

from api.errors import DataKeyMissing, InvalidSettings, StoreDamaged

KEY_FILE = "data.key"
"""The key's file in the data folder, readable by its owner alone; one key a line, the current one first."""
SEALED = "sealed:1:"
_BLOB = b"RTSEAL1\0"
_BYTES, _NONCE = 32, 12
_TEXT = re.compile(rf"{SEALED}([0-9a-f]{{8}}):([A-Za-z0-9_=-]+)")


@dataclass(frozen=True, slots=True)
class DataKey:
    """One key: 32 random bytes, and the id that sealed values name it by (8 hexadecimal digits of its SHA-256)."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """What sealed values name the key by."""
        return sha256(b"id" + self.secret).hexdigest()[:8]

    def derived(self, use: bytes) -> bytes:
        """A key for one use (32 bytes), so that no bytes serve two."""
        return hmac(self.secret, use, "sha256")


class Keyring:
    """Keys by id; the first seals, all open."""

    def __init__(self, keys: tuple[DataKey, ...]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.current = keys[0].id
        self._ciphers = {key.id: (AESGCM(key.derived(b"seal")), key.derived(b"nonce")) for key in keys}

    def __contains__(self, key: str) -> bool:
        return key in self._ciphers

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Nonce and ciphertext under the current key."""
        cipher, nonces = self._ciphers[self.current]
        nonce = hmac(nonces, len(place).to_bytes(8) + place + plain, "sha256")[:_NONCE]
        return nonce + cipher.encrypt(nonce, plain, place)

    def open(self, key: str, sealed: bytes, place: bytes) -> bytes:
        """What `seal` sealed. `StoreDamaged` where it was altered or stood elsewhere."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._ciphers[key][0].decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except (InvalidTag, ValueError) as error:
            raise StoreDamaged(
                found="一项加密内容打不开（内容被改动，或不是存放在原处）",
                expected="本系统加密的内容",
                remedy="请从备份恢复",
            ) from error


class Seals:
    """What seals and opens for one installation. The key is read, or made, when it is first needed.

    `given` are keys in base64 (RONGTONG_DATA_KEY), separated by commas; without them the key's file is used, and made
    where there is none. `expected` is the key that the store was sealed with, once it is known: then none is made.
    """

    def __init__(self, file: Path | None, given: str | None = None) -> None:
        self._file = file
        self._given = given
        self.expected: str | None = None

    @cached_property
    def ring(self) -> Keyring:
        """The keys. Raises `DataKeyMissing`, and `InvalidSettings` for what is no key."""
        keys = read_keys(self._given.replace(",", "\n"), "RONGTONG_DATA_KEY") if self._given else self._from_file()
        ring = Keyring(keys)
        if self.expected is not None and self.expected not in ring:
            raise missing(self.expected)
        return ring

    @property
    def at_hand(self) -> bool:
        """Whether there is a key, or one could be made."""
        return bool(self._given) or self._file is not None

    def expect(self, key: str | None) -> None:
        """Learn which key the store was sealed with. Raises `DataKeyMissing` if another one was loaded already."""
        self.expected = key
        if key is not None and "ring" in self.__dict__ and key not in self.ring:
            raise missing(key)

    def seal(self, text: str, *place: str) -> str:
        """Text sealed for a place, as text."""
        ring = self.ring
        sealed = ring.seal(text.encode(), _place(place))
        return f"{SEALED}{ring.current}:{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, *place: str) -> str:
        """What was sealed for this place. Raises `DataKeyMissing` and `StoreDamaged`."""
        key, body = parts_of(sealed)
        return self._opened(key, body, _place(place)).decode()

    def seal_bytes(self, content: bytes, *place: str) -> bytes:
        """A file's content, sealed for a place."""
        ring = self.ring
        return _BLOB + ring.current.encode() + ring.seal(content, _place(place))

    def open_bytes(self, content: bytes, *place: str) -> bytes:
        """What `seal_bytes` sealed; a content that was never sealed is given as it is."""
        if not content.startswith(_BLOB):
            return content
        start = len(_BLOB)
        return self._opened(content[start : start + 8].decode("ascii", "replace"), content[start + 8 :], _place(place))

    def _opened(self, key: str, body: bytes, place: bytes) -> bytes:
        ring = self.ring
        if key not in ring:
            raise missing(key)
        return ring.open(key, body, place)

    def _from_file(self) -> tuple[DataKey, ...]:
        if self._file is None:
            raise missing(self.expected)
        try:
            return read_keys(self._file.read_text(encoding="ascii"), self._file.name)
        except FileNotFoundError:
            if self.expected is not None:
                raise missing(self.expected) from None
        _make(self._file)
        return read_keys(self._file.read_text(encoding="ascii"), self._file.name)

    def add_key(self) -> str:
        """Put a new key before the others in the key's file and give its id; from now on it seals.

        Raises `InvalidSettings` where the keys are given by the environment: they are changed there.
        """
        if self._given or self._file is None:
            raise InvalidSettings(
                found="密钥由环境变量 RONGTONG_DATA_KEY 给出",
                expected="密钥文件",
                remedy="请在 RONGTONG_DATA_KEY 中把新密钥写在旧密钥之前，用逗号隔开，再运行 key rotate-data",
            )
        _ = self.ring  # made first where there is none
        lines = [new_key(), *self._file.read_text(encoding="ascii").split()]
        aside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        _write_private(aside, lines)
        aside.replace(self._file)
        del self.__dict__["ring"]
        return self.ring.current


def is_sealed(value: object) -> bool:
    """Whether a stored value was sealed."""
    return isinstance(value, str) and value.startswith(SEALED)


def key_of(sealed: str) -> str:
    """The id of the key that a sealed text needs. Raises `StoreDamaged`."""
    return parts_of(sealed)[0]


def parts_of(sealed: str) -> tuple[str, bytes]:
    """The key's id, and nonce with ciphertext. Raises `StoreDamaged` for what was never sealed."""
    found = _TEXT.fullmatch(sealed)
    with suppress(NotBase64):
        if found is not None:
            return found[1], urlsafe_b64decode(found[2])
    raise StoreDamaged(found="一项加密内容残缺", expected="本系统加密的内容", remedy="请从备份恢复")


def new_key() -> str:
    """32 random bytes in base64."""
    return b64encode(token_bytes(_BYTES)).decode()


def read_keys(text: str, name: str) -> tuple[DataKey, ...]:
    """Keys in base64, one a line. Raises `InvalidSettings` without showing any."""
    try:
        keys = tuple(DataKey(b64decode(line, validate=True)) for line in text.split())
    except (NotBase64, ValueError):
        keys = ()
    if not keys or any(len(key.secret) != _BYTES for key in keys):
        raise InvalidSettings(
            found=f"{name} 中的数据密钥无效",
            expected=f"{_BYTES} 字节的 base64，如 openssl rand -base64 {_BYTES} 的输出",
            remedy="请改正后重试；密钥丢失则加密的内容无法恢复",
        )
    return keys


def missing(key: str | None) -> DataKeyMissing:
    """The refusal where a key is needed that is not here."""
    return DataKeyMissing(
        found="缺少数据密钥" + (f" {key}" if key else ""),
        expected="加密时所用的密钥",
        remedy=f"请把原数据文件夹的 {KEY_FILE} 放回（恢复时用 --key-file），或设置 RONGTONG_DATA_KEY",
    )


def _place(parts: tuple[str, ...]) -> bytes:
    """Parts joined so that no two lists of parts are the same bytes."""
    return b"".join(len(raw := part.encode("utf-8", "surrogatepass")).to_bytes(4) + raw for part in parts)


def _make(file: Path) -> None:
    """Make the key's file; of several processes that try at once, one does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}.{token_bytes(4).hex()}")
    try:
        _write_private(aside, [new_key()])
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def _write_private(file: Path, lines: list[str]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write("\n".join(lines) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
