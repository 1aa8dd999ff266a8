"""The terminal's driver: a slow terminal holds nobody up, and one that is gone is not waited for."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

PIECE = 1024
"""Bytes written at once; between two of them a terminal can be left."""
PAINT = 256
"""Characters: what is longer is a paint, which a later one replaces; modes and titles are shorter."""
WAITING = 8
"""Writes that may wait for the terminal before paints are left out."""
PATIENCE = 2.0
"""Seconds for the last words to a terminal that does not take them."""
CANCEL = b"\x18"
"""CAN: ends a control sequence that was broken off."""


class TerminalDriver(LinuxDriver):
    """Textual's writing thread would block the loop before a slow terminal, and the end before a dead one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._output = _Output(cast(TextIO, self._file), self._caught_up)
        self._file = cast("Any", self._output)
        self._behind = False

    def start_application_mode(self) -> None:
        self._output.leaving = False
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = 0  # what is full would block the loop

    def write(self, data: str) -> None:
        """A paint is left out while others wait; all is painted anew when the terminal has caught up."""
        thread = self._writer_thread
        if thread is not None and len(data) > PAINT and thread._queue.qsize() > WAITING:
            self._behind = True
        else:
            super().write(data)

    def _caught_up(self) -> None:
        """In the writing thread, when nothing waits any more."""
        if self._behind and not self._output.leaving:
            self._behind = False
            self._loop.call_soon_threadsafe(self._app.call_later, self._app.refresh)

    def stop_application_mode(self) -> None:
        self._output.leaving = True
        super().stop_application_mode()

    def close(self) -> None:
        if self._writer_thread is not None:
            self._writer_thread._queue.put(None)
            self._writer_thread.join(PATIENCE)  # it is a daemon: one that still waits ends with the program

    def run_input_thread(self) -> None:
        try:
            super().run_input_thread()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)  # where the system did not say so itself (nohup)


class _Output(io.TextIOBase):
    """Writes to a terminal, and to nowhere once that failed; without a buffer that an exit would wait for."""

    def __init__(self, file: TextIO, caught_up: Callable[[], None]) -> None:
        self.leaving = False  # paints are of no use any more
        self._file = file
        self._caught_up = caught_up
        self._gone = False

    def write(self, text: str) -> int:
        left = memoryview(text.encode(self._file.encoding or "utf-8", "replace"))
        while left and not self._gone:
            if self.leaving and len(left) > PAINT:
                left = memoryview(CANCEL)
            try:
                left = left[os.write(self._file.fileno(), left[:PIECE]) :]
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        self._caught_up()

    def fileno(self) -> int:
        return self._file.fileno()
