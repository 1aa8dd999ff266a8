"""A recording in the place of a tail: all its lines at once, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime

from tui.model.log import Batch, Chunk, Source
from tui.model.recording import Recording
from tui.tail import TailStatus


class Replay:
    """Reads what a Job that is gone has left."""

    def __init__(self, recording: Recording, open_: Callable[[], Batch]) -> None:
        at = datetime.fromtimestamp(recording.ended or recording.began).astimezone()
        self.status = TailStatus(words=f"recorded {at:%H:%M}, its pods are gone")
        self._open = open_

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """One batch, read off the loop."""
        yield await asyncio.to_thread(self._open)

    async def older(self, shown: Mapping[Source, object]) -> list[Chunk]:
        """Nothing: all is there."""
        return []
