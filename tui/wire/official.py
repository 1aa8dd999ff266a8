"""Exec into a pod: the one place where the `kubernetes` package is used, with our credentials.

It imports slowly and blocks, so it is imported when it is first used and runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tui.clock import Clock
from tui.errors import DeployError, Forbidden, Gone, Refused, Unreachable
from tui.wire.access import Access, ClientCertificate
from tui.wire.credentials import Credential
from tui.wire.plain import plain
from tui.wire.server import Server

_STDOUT, _STDERR, _STATUS = 1, 2, 3  # channels of remote command, version 4 and 5
_MOST = 4 << 20  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Output:
    """What a command wrote, and its exit code (None: the server did not tell)."""

    stdout: str
    stderr: str
    code: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """A container; "" is the pod's first."""

    namespace: str
    pod: str
    container: str = ""


async def execute(
    server: Server, target: Target, command: Sequence[str], clock: Clock, seconds: float = 15.0
) -> Output:
    """Runs a command without standard input. Raises only tui.errors.

    Impersonation is refused: the package does not send its headers with a websocket, so the command would
    run as somebody else.
    """
    if server.access.impersonate.user:
        title = f"exec can't be done as {plain(server.access.impersonate.user)}"
        raise Refused(title, "the kubernetes package can't impersonate there: leave --as out")
    credential, proxy = await server.way()
    done: asyncio.Future[Output] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def tell(found: Output | DeployError) -> None:
        if done.done():
            return  # nobody waits any more
        if isinstance(found, DeployError):
            done.set_exception(found)
        else:
            done.set_result(found)

    def work() -> None:
        found: Output | DeployError
        try:
            found = _run(server.access, credential, proxy, target, command, seconds)
        except DeployError as error:
            found = error
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(tell, found)

    # A daemon: one that hangs in a connect must not keep the program from ending.
    threading.Thread(target=work, name=f"exec {target.pod}", daemon=True).start()
    try:
        async with clock.timeout(seconds):
            return await done
    except TimeoutError:
        raise Unreachable(f"exec in {target.pod} did not end within {seconds:g} s") from None


def _run(
    access: Access, credential: Credential, proxy: str, target: Target, command: Sequence[str], seconds: float
) -> Output:
    from kubernetes import client
    from kubernetes.client.exceptions import ApiException
    from kubernetes.stream import stream
    from websocket import WebSocketException

    certificate = credential.certificate or access.certificate
    with _files(access, certificate) as (ca, cert, key):
        configuration = client.Configuration(
            host=access.server,
            ssl_ca_cert=ca,
            cert_file=cert,
            key_file=key,
            verify_ssl=not access.tls.insecure,
            tls_server_name=access.tls.server_name or None,
        )
        configuration.proxy = proxy or None
        with client.ApiClient(configuration) as api:
            if credential.authorization:
                api.set_default_header("authorization", credential.authorization.reveal())
            try:
                opened = stream(
                    client.CoreV1Api(api).connect_get_namespaced_pod_exec,
                    target.pod,
                    target.namespace,
                    command=list(command),
                    **({"container": target.container} if target.container else {}),
                    stdin=False,
                    stdout=True,
                    stderr=True,
                    tty=False,
                    _preload_content=False,
                )
            except ApiException as error:
                raise _translated(error, target) from None
    try:
        opened.run_forever(timeout=seconds)
        return _output(opened)
    except (OSError, ValueError, WebSocketException) as error:
        raise Unreachable(f"exec in {target.pod} was cut: {plain(str(error), 200)}") from None
    finally:
        opened.sock.shutdown()  # its own `close` leaves the socket open where the server closed first


def _output(opened: Any) -> Output:
    stdout = opened.read_channel(_STDOUT)[:_MOST]
    stderr = opened.read_channel(_STDERR)[:_MOST]
    return Output(stdout, stderr, _code(opened.read_channel(_STATUS)))


def _code(status: str) -> int | None:
    """From the Status object that ends a command."""
    try:
        found = json.loads(status)
        if found.get("status") == "Success":
            return 0
        causes = found.get("details", {}).get("causes") or []
        return next((int(one["message"]) for one in causes if one.get("reason") == "ExitCode"), None)
    except (ValueError, AttributeError, KeyError, TypeError):
        return None


def _translated(error: Any, target: Target) -> DeployError:
    """The package says everything as text: the handshake's status stands in it."""
    words = plain(str(error.reason or error), 300)
    if "403" in words or "Forbidden" in words:
        needs = f"needs create and get pods/exec in {target.namespace}"
        return Forbidden(f"exec in {target.pod} is forbidden", needs)
    if "404" in words:
        return Gone(f"{target.namespace}/{target.pod} is not there")
    return Unreachable(f"exec in {target.pod} failed: {words}")


@contextlib.contextmanager
def _files(
    access: Access, certificate: ClientCertificate | None
) -> Iterator[tuple[str | None, str | None, str | None]]:
    """CA, certificate and key as files: text of the kubeconfig in files of mode 0600 that go at once."""
    texts = [
        (access.tls.ca_data, access.tls.ca_file),
        (certificate.certificate.reveal(), certificate.certificate_file) if certificate else ("", None),
        (certificate.key.reveal(), certificate.key_file) if certificate else ("", None),
    ]
    with contextlib.ExitStack() as stack:
        names: list[str | None] = []
        for text, file in texts:
            if not text:
                names.append(str(file) if file is not None else None)
                continue
            handle, name = tempfile.mkstemp(prefix="deploytui-")
            stack.callback(os.unlink, name)
            with os.fdopen(handle, "w") as out:
                out.write(text)
            names.append(name)
        yield names[0], names[1], names[2]
