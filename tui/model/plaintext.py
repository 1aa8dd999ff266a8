"""The plaintext of a secret in memory: an object that never prints or copies itself, and can be dropped."""

from __future__ import annotations

from typing import NoReturn


class Plaintext:
    """Bytes that only `reveal()` gives away; compared by identity, so no comparison tells about them."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str) -> None:
        self._value = bytearray(value.encode() if isinstance(value, str) else value)

    def reveal(self) -> bytes:
        """What it holds; b"" once forgotten."""
        return bytes(self._value)

    def forget(self) -> None:
        """Overwrites our copy; others that Python made on the way are beyond reach."""
        self._value[:] = bytes(len(self._value))
        self._value.clear()

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a plaintext is not copied or pickled")
