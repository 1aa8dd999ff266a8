"""What changed in one cluster, in order: the resourceVersion counter, the watch history and its end (410)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

Object = dict[str, Any]


@dataclass(slots=True)
class Change:
    """One change; `before` is the object as it was, None for ADDED."""

    version: int
    type: str
    object: Object
    before: Object | None
    _raw: bytes | None = None

    def raw(self) -> bytes:
        """The object as JSON, encoded once for all watchers."""
        if self._raw is None:
            self._raw = msgspec.json.encode(self.object)
        return self._raw


class TooOld(Exception):
    """The asked version is before what the history still holds (HTTP 410)."""

    def __init__(self, asked: int, oldest: int) -> None:
        super().__init__(f"too old resource version: {asked} ({oldest})")


class History:
    """The last `length` changes of each kind, and who wants to hear of new ones."""

    def __init__(self, length: int) -> None:
        self.version = 100
        self.length = length
        self.listeners: set[Callable[[], None]] = set()
        self._changes: dict[str, list[Change]] = {}
        # Per kind the version up to which changes are forgotten.
        self._floor: dict[str, int] = {}
        self._floor_of_all = self.version

    def next_version(self) -> int:
        """A new resourceVersion."""
        self.version += 1
        return self.version

    def append(self, kind: str, change: Change) -> None:
        """Remembers a change and tells the listeners."""
        changes = self._changes.setdefault(kind, [])
        changes.append(change)
        # Cut seldom and much: cutting one at a time would move the whole list with each change.
        if len(changes) > 2 * self.length:
            cut = len(changes) - self.length
            self._floor[kind] = changes[cut - 1].version
            del changes[:cut]
        for listener in tuple(self.listeners):
            listener()

    def since(self, kind: str, version: int) -> list[Change]:
        """The changes of `kind` after `version`; TooOld when some of them are forgotten."""
        floor = max(self._floor_of_all, self._floor.get(kind, 0))
        if version < floor:
            raise TooOld(version, floor)
        changes = self._changes.get(kind, ())
        if not changes or changes[-1].version <= version:
            return []
        return list(changes[bisect_right(changes, version, key=lambda each: each.version) :])

    def expire(self, version: int | None = None) -> None:
        """Forgets everything, so that every version given out so far is too old; or is as restored at one."""
        self._changes.clear()
        if version is None:
            self._floor_of_all = self.next_version()
        else:
            self.version, self._floor_of_all = version, 0
            self._floor.clear()
        for listener in tuple(self.listeners):
            listener()
