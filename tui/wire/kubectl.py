"""The user's own kubectl, for what it says better than we could: describe."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from tui.clock import Clock
from tui.errors import DeployError, Unreachable
from tui.wire.access import Access
from tui.wire.handed import environment_for, impersonation
from tui.wire.kinds.base import Kind
from tui.wire.plain import plain

_PATIENCE = 20.0  # seconds
_MOST = 256 * 1024  # bytes of its answer


async def describe(access: Access, kind: Kind, namespace: str, name: str, clock: Clock) -> str:
    """What `kubectl describe` says; DeployError in its own words, or when it is not there."""
    if shutil.which("kubectl") is None:
        raise DeployError("kubectl is not installed (it was looked for on PATH)", "y shows the YAML")
    if not access.files:
        raise DeployError("there is no kubeconfig to hand over: we run inside of the cluster")
    place = ["--namespace", namespace] if namespace else []
    arguments = ["describe", kind.resource, name, *place, *impersonation(access)]
    with tempfile.TemporaryDirectory(prefix="deploytui-") as folder:
        process = await asyncio.create_subprocess_exec(
            "kubectl",
            *arguments,
            env=environment_for(access, namespace, Path(folder) / "context.json", os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with clock.timeout(_PATIENCE):
                said, complaint = await process.communicate()
        except TimeoutError:
            raise Unreachable(f"kubectl did not answer within {_PATIENCE:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        raise DeployError(
            plain(complaint.decode(errors="replace")) or f"kubectl ended with {process.returncode}"
        )
    return said[:_MOST].decode(errors="replace")
