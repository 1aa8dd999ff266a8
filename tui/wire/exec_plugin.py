"""Credential plugins (`exec:`): run without a terminal, bounded in time, remembered until they expire."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tui.clock import Clock
from tui.errors import Unauthorized
from tui.wire.access import ClientCertificate, Exec
from tui.wire.credentials import Credential, bearer
from tui.wire.plain import plain
from tui.wire.secret import Secret

LIMIT = 30.0  # seconds a plugin may take
_PAUSE = 10.0  # seconds: a failure is remembered, and a 401 does not run the plugin again sooner
_OUTPUT = 1024 * 1024  # bytes of stdout and of stderr that are taken


class ExecPlugin:
    """A credential Source; all who ask at the same time share one run."""

    def __init__(
        self, plugin: Exec, clock: Clock, environ: Mapping[str, str], *, limit: float = LIMIT
    ) -> None:
        self._plugin = plugin
        self._clock = clock
        self._environ = environ
        self._limit = limit
        self._credential: Credential | None = None
        self._expires: float | None = None  # wall time; None: until a 401
        self._ended_at = float("-inf")  # monotonic
        self._failure: Unauthorized | None = None
        self._running: asyncio.Task[None] | None = None

    async def get(self) -> Credential:
        """Runs the plugin when nothing is remembered, or that has expired; raises Unauthorized."""
        if self._valid() and self._credential is not None:
            return self._credential
        if self._failure is not None and self._recent():
            raise Unauthorized(self._failure.title, self._failure.hint)
        await self._run_once()
        if self._credential is None:
            failure = self._failure or Unauthorized(f"{self._name} was stopped")
            raise Unauthorized(failure.title, failure.hint)
        return self._credential

    async def renew(self, refused: Credential) -> bool:
        if self._credential is not None and self._credential != refused:
            return True
        if self._recent() and self._running is None:
            return False
        self._credential = None
        await self._run_once()
        if self._credential is None and self._failure is not None:
            raise Unauthorized(self._failure.title, self._failure.hint)
        return self._credential != refused

    async def close(self) -> None:
        """Ends a running plugin and what it started."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    @property
    def _name(self) -> str:
        return f"exec plugin {os.path.basename(self._plugin.command)}"

    def _recent(self) -> bool:
        return self._clock.monotonic() - self._ended_at < _PAUSE

    def _valid(self) -> bool:
        if self._credential is None:
            return False
        # One that comes expired is used for a moment all the same: running again would bring another such.
        return self._expires is None or self._clock.now() < self._expires or self._recent()

    async def _run_once(self) -> None:
        if self._running is None:
            self._running = asyncio.create_task(self._refresh(), name=self._name)
        running = self._running
        await asyncio.wait({running})

    async def _refresh(self) -> None:
        try:
            self._credential, self._expires = await self._run()
            self._failure = None
        except Unauthorized as error:
            self._credential, self._failure = None, error
        finally:
            self._ended_at = self._clock.monotonic()
            self._running = None

    async def _run(self) -> tuple[Credential, float | None]:
        plugin = self._plugin
        if plugin.interactive_mode == "Always":
            hint = "log in with it in a terminal of its own, or set interactiveMode: IfAvailable"
            raise Unauthorized(f"{self._name} needs a terminal (interactiveMode: Always)", hint)
        environ = {**self._environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": self._info()}
        # Found on our own PATH, not on one that `env` sets, as client-go does.
        program = shutil.which(plugin.command, path=self._environ.get("PATH"))
        if program is None:
            hint = plain(plugin.install_hint, 1000) or "install it, or put it on PATH"
            raise Unauthorized(f"{self._name} is not installed ({plugin.command})", hint)
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *plugin.args,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environ,
                start_new_session=True,  # no terminal to write to, and a group to end as a whole
            )
        except OSError as error:
            raise Unauthorized(f"{self._name} can't be run: {error.strerror}") from error
        out, err = await self._outcome(process)
        if process.returncode != 0:
            how = f"failed (exit code {process.returncode})"
            if process.returncode is not None and process.returncode < 0:
                how = f"was ended by signal {-process.returncode}"
            said = plain(err.decode("utf-8", "replace")) or "it said nothing"
            raise Unauthorized(f"{self._name} {how}: {said}", "run it by hand in a terminal")
        return self._read(out)

    async def _outcome(self, process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
        """Standard output and error of a process that ended by itself; else its group is killed."""
        assert process.stdout is not None
        assert process.stderr is not None
        reading = asyncio.gather(_take(process.stdout), _take(process.stderr), process.wait())
        try:
            async with self._clock.timeout(self._limit):
                out, err, _ = await asyncio.shield(reading)
                return out, err
        except TimeoutError:
            title = f"{self._name} did not end within {self._limit:g} s"
            raise Unauthorized(title, "run it by hand: does it wait for a login or a terminal?") from None
        finally:
            if not reading.done():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                # A grandchild in a session of its own may hold the pipes: it is not waited for.
                await asyncio.wait({reading}, timeout=1.0)
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _info(self) -> str:
        spec = '{"interactive":false}'
        if self._plugin.cluster_info:
            spec = f'{{"cluster":{self._plugin.cluster_info},"interactive":false}}'
        return f'{{"kind":"ExecCredential","apiVersion":"{self._plugin.api_version}","spec":{spec}}}\n'

    def _read(self, out: bytes) -> tuple[Credential, float | None]:
        """The credential in an ExecCredential object, and its end in seconds since the epoch."""
        try:
            found = json.loads(out)
        except ValueError:
            hint = "run it by hand: its standard output must be an ExecCredential object"
            raise Unauthorized(f"{self._name} did not print JSON", hint) from None
        if not isinstance(found, dict) or found.get("kind") != "ExecCredential":
            raise Unauthorized(f"{self._name} did not print an ExecCredential")
        if found.get("apiVersion") != self._plugin.api_version:
            got = plain(str(found.get("apiVersion")), 100)
            title = f"{self._name} answered in {got}, the kubeconfig expects {self._plugin.api_version}"
            raise Unauthorized(title, "set exec.apiVersion to what the plugin speaks")
        status = found.get("status")
        if not isinstance(status, dict):
            raise Unauthorized(f"{self._name} gave no status")
        token = _text(status, "token")
        pem, key = _text(status, "clientCertificateData"), _text(status, "clientKeyData")
        if bool(pem) != bool(key):
            raise Unauthorized(f"{self._name} gave a certificate without key, or a key without certificate")
        if not token and not pem:
            raise Unauthorized(f"{self._name} gave neither token nor certificate")
        certificate = ClientCertificate(Secret(pem), Secret(key)) if pem else None
        return Credential(bearer(token).authorization, certificate), self._expiry(status)

    def _expiry(self, status: Mapping[str, Any]) -> float | None:
        text = _text(status, "expirationTimestamp")
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unauthorized(
                f"{self._name} gave an unreadable expirationTimestamp: {plain(text, 60)}"
            ) from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


async def _take(stream: asyncio.StreamReader) -> bytes:
    """Everything until the end of a stream, of which the first MiB is kept."""
    kept = bytearray()
    while piece := await stream.read(65536):
        kept += piece[: _OUTPUT - len(kept)]
    return bytes(kept)


def _text(status: Mapping[str, Any], key: str) -> str:
    value = status.get(key)
    return value if isinstance(value, str) else ""
