"""The user's own docker command, run to change a project. Its output goes to a file without a name, so that
it runs on when the cockpit ends; reading it never takes the loop.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import IO

from tui.clock import Clock
from tui.errors import Refused, Unknown
from tui.model.compose_command import Command

_LOOK = 0.2  # seconds between two looks at what it said
_MOST = 64 * 1024  # bytes of its output that are kept
_RUNNING: list[subprocess.Popen[bytes]] = []  # also those that nobody reads any more: their end is collected


@dataclass(slots=True)
class Said:
    """What a command has said, and its exit code once it ended."""

    lines: list[str] = field(default_factory=list)
    code: int | None = None


def environ_for(environ: Mapping[str, str], endpoint: str, *, certificates: bool) -> dict[str, str]:
    """The environment with the engine that the cockpit reads; one with certificates is a context's own."""
    made = {**environ, "COMPOSE_ANSI": "never", "DOCKER_CLI_HINTS": "false"}
    made.pop("COMPOSE_FILE", None)
    if not certificates:
        made.pop("DOCKER_CONTEXT", None)
        made["DOCKER_HOST"] = endpoint
    return made


def installed(environ: Mapping[str, str]) -> None:
    """Refused where there is no docker command."""
    if shutil.which("docker", path=environ.get("PATH")) is None:
        title = "the docker command is not installed (it was looked for on PATH)"
        raise Refused(title, "install Docker's CLI with its Compose plugin")


async def run(
    command: Command, environ: Mapping[str, str], clock: Clock, *, patience: float
) -> AsyncGenerator[Said, None]:
    """What it has said at each look, lastly with its exit code; Unknown when it did not end in time.

    Whoever stops to read leaves it running.
    """
    installed(environ)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write(command.given.encode())
        given.seek(0)
        process = _start(command, environ, given, output)
        _RUNNING[:] = [*(one for one in _RUNNING if one.poll() is None), process]
        said, until = Said(), clock.monotonic() + patience
        while (code := process.poll()) is None:
            await clock.sleep(_LOOK)
            _read(output.fileno(), said)
            yield said
            if clock.monotonic() > until:
                # Compose stops where it is. Not SIGINT: below nohup it is ignored.
                process.send_signal(signal.SIGTERM)
                raise Unknown(f"docker did not end within {patience / 60:g} min, and was told to stop")
        _read(output.fileno(), said, whole=True)
        said.code = code
        yield said


def _start(
    command: Command, environ: Mapping[str, str], given: IO[bytes], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Not by asyncio, which kills what still runs when its loop ends."""
    try:
        return subprocess.Popen(
            ["docker", *command.words],
            env=dict(environ),
            stdin=given,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a hang-up of our terminal is not its own
        )
    except OSError as error:
        raise Refused(f"docker can't be run: {error.strerror or error}") from error


def _read(file: int, said: Said, *, whole: bool = False) -> None:
    """The last lines; without the one that is being written, unless that is all."""
    size = os.fstat(file).st_size
    data = os.pread(file, _MOST, max(0, size - _MOST)).decode(errors="replace")
    said.lines = (data if whole else data[: data.rfind("\n") + 1]).splitlines()
