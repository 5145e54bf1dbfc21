"""Passwords (口令): argon2id, by pwdlib. An unknown login costs the time of a wrong password."""

from secrets import choice, token_hex
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2
"""Passwords that are checked at once in one process: each takes 64 MiB."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


class Passwords:
    """Makes and checks hashes. `quick` is for tests: the same steps with little memory."""

    def __init__(self, *, quick: bool = False) -> None:
        hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1) if quick else Argon2Hasher()
        self._hashes = PasswordHash((hasher,))
        self._turn = BoundedSemaphore(AT_ONCE)
        self._nobody = self._hashes.hash(token_hex(16))

    def hashed(self, password: str) -> str:
        """Give the hash that is kept."""
        with self._turn:
            return self._hashes.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one kept; without one kept the same work is done, and it never is."""
        with self._turn:
            try:
                fits = self._hashes.verify(password, kept or self._nobody)
            except UnknownHashError:
                fits = False
        return fits and kept is not None


def one_time_password() -> str:
    """Make a password to be read out and typed once: 16 letters and digits without those that look alike."""
    return "-".join("".join(choice(_LETTERS) for _ in range(4)) for _ in range(4))
