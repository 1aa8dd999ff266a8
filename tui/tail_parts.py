"""What a container's tail is given and what it tells: its task and its figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """One container to follow, and from where on."""

    namespace: str
    pod: str
    uid: str
    container: str
    label: str
    tail: int | None = None  # lines at first; None: all there are
    since: str | None = None
    previous: bool = False  # only the run before
    new: bool = False  # its pod was made after the tail began


@dataclass(slots=True)
class Figures:
    """What a status line needs of one container."""

    lines: int = 0
    lost: int = 0
    unknown_loss: bool = False
    last_stamp: bytes = b""  # RFC3339 time of the last line, the node's own
    words: str = ""
    finished: bool = False


class Logs(Protocol):
    """Where logs are read: a cluster, or a Docker engine that answers alike."""

    def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        previous: bool = False,
        since: str | None = None,
        tail: int | None = None,
        timestamps: bool = True,
        limit_bytes: int | None = None,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Raw chunks of one container's log; `since` is RFC3339."""
        ...
