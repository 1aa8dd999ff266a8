"""kubectl itself, run against any kubeconfig: the other judge of what a cluster says."""

from __future__ import annotations

import asyncio
from pathlib import Path


async def kubectl(kubeconfig: Path, cache: Path, line: str, *more: str, within: float = 30) -> str:
    """What it printed, errors too; `line` is split at spaces, `more` is not."""
    process = await asyncio.create_subprocess_exec(
        "kubectl",
        f"--kubeconfig={kubeconfig}",
        f"--cache-dir={cache}",
        *line.split(),
        *more,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(within):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return out.decode()
