"""A credential in an object that never prints itself, so no log, traceback or repr can show it."""

from __future__ import annotations


class Secret:
    """Text that only `reveal()` gives away; equal and hashed by its value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__
