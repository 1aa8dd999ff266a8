"""Runs one of the user's own programs (git, helm, kustomize): a list of arguments, no shell, a time limit."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.clock import Clock
from tui.errors import Refused

MOST = 64 << 20
"""Bytes of output that are taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Exit code, output and complaint."""

    code: int
    out: bytes
    said: str


async def run(
    clock: Clock,
    command: Sequence[str],
    *,
    folder: Path,
    seconds: float = 20.0,
    given: bytes = b"",
    environ: Mapping[str, str] | None = None,
) -> Answer:
    """Refused, in words, where it is not installed, takes too long or says too much."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **(environ or {})},
        )
    except OSError as error:
        raise Refused(f"{command[0]} can't be run: {error.strerror}", "is it installed?") from error
    try:
        async with clock.timeout(seconds):
            out, complaint = await process.communicate(given)
    except TimeoutError:
        raise Refused(f"{command[0]} gave no answer within {seconds:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if len(out) > MOST:
        raise Refused(f"{command[0]} gave more than {MOST >> 20} MiB")
    return Answer(process.returncode or 0, out, complaint.decode("utf-8", "replace"))
