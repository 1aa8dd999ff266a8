"""An HTTP(S) server that records what clients really send, with certificates and a recording proxy."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VERSION = b'{"major":"1","minor":"33","gitVersion":"v1.33.0"}'


class Authority:
    """A certificate authority that issues for names and addresses; PEM texts and files in `folder`."""

    def __init__(self, folder: Path, name: str = "test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._folder = folder
        builder = self._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.pem = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        self.file = folder / f"{name.replace(' ', '-')}.crt"
        self.file.write_text(self.pem)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(now + datetime.timedelta(days=2))
        )

    def issue(self, name: str, *alternatives: str) -> tuple[Path, Path]:
        """Certificate and key files for a common name; alternatives are DNS names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key())
        if alternatives:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(alternative) for alternative in alternatives]),
                False,
            )
        pem = self._folder / f"{name}.crt"
        pem.write_bytes(
            builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
        )
        key_file = self._folder / f"{name}.key"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pem, key_file

    def server_context(self, *names: str) -> ssl.SSLContext:
        """For a server that asks for, and does not insist on, client certificates of this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue("server-" + names[0], *names))
        context.load_verify_locations(self.file)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context


def _general_name(text: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(text))
    return x509.DNSName(text)


@dataclass
class Request:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    sni: str = ""
    client: str = ""  # common name of the client certificate

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Reply:
    """What a handler answers; `parts` are sent one by one, chunked; then the connection is cut or ended."""

    status: int = 200
    body: bytes = VERSION
    headers: dict[str, str] = field(default_factory=dict)
    parts: Callable[[], asyncio.Queue[bytes | None]] | None = None
    cut: bool = False  # close without any answer


Handler = Callable[[Request], Awaitable[Reply]]


async def version(_: Request) -> Reply:
    return Reply()


class RecordingServer:
    """Serves `handler` on 127.0.0.1:`port`; plain HTTP without a context."""

    def __init__(self, context: ssl.SSLContext | None, handler: Handler = version, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.handler = handler
        self.port = port
        self._context = context
        self._names: dict[int, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        if context is not None:
            context.sni_callback = self._remember_name

    def _remember_name(self, sock: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        self._names[id(sock)] = name or ""

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> RecordingServer:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._context, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        secure = writer.get_extra_info("ssl_object")
        if secure is not None:
            request.sni = self._names.get(id(secure), "")
            subject = dict(pair[0] for pair in (secure.getpeercert() or {}).get("subject", ()))
            request.client = subject.get("commonName", "")
        self.requests.append(request)
        reply = await self.handler(request)
        if reply.cut:
            return False
        head = f"HTTP/1.1 {reply.status} X\r\n"
        framing = (
            {"Transfer-Encoding": "chunked"} if reply.parts else {"Content-Length": str(len(reply.body))}
        )
        for name, value in {"Content-Type": "application/json", **framing, **reply.headers}.items():
            head += f"{name}: {value}\r\n"
        writer.write(head.encode() + b"\r\n")
        if reply.parts is None:
            writer.write(reply.body)
            await writer.drain()
            return True
        parts = reply.parts()
        while (part := await parts.get()) is not None:
            if part == b"CUT":
                return False
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    headers = [(line.partition(":")[0], line.partition(":")[2].strip()) for line in head[1:] if line]
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    return Request(method, path, headers, await reader.readexactly(length) if length else b"")


class RecordingProxy:
    """An HTTP CONNECT proxy that leads everything to one local port and remembers what it was asked for."""

    def __init__(self, target: int) -> None:
        self.asked: list[str] = []
        self.port = 0
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> RecordingProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        back: asyncio.StreamWriter | None = None
        try:
            request = await _read(reader)
            self.asked.append(request.path)
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
            if back is not None:
                back.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
