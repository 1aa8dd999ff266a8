"""The terminal's driver: when the terminal is gone, nothing waits for it and the cockpit leaves."""

from __future__ import annotations

import io
import os
import signal
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """Textual's writing thread dies of a closed terminal, and the loop then waits for it for ever."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = cast("Any", _UntilGone(cast(TextIO, self._file)))

    def run_input_thread(self) -> None:
        try:
            super().run_input_thread()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)  # where the system did not say so itself (nohup)


class _UntilGone(io.TextIOBase):
    """Writes to a terminal, and to nowhere once that failed."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        return self._file.fileno()
