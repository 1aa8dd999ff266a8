"""An event loop whose name lookups hold nobody up: a DNS that hangs would keep the program from ending."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """asyncio asks in its pool of threads, which an interpreter waits for at its end; this one in daemons."""

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        found: asyncio.Future[list[Any]] = self.create_future()

        def tell(answer: list[Any] | OSError) -> None:
            if found.done():
                return  # nobody waits any more
            if isinstance(answer, OSError):
                found.set_exception(answer)
            else:
                found.set_result(answer)

        def ask() -> None:
            answer: list[Any] | OSError
            try:
                answer = socket.getaddrinfo(host, port, family, type, proto, flags)
            except OSError as error:
                answer = error
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                self.call_soon_threadsafe(tell, answer)

        threading.Thread(target=ask, name=f"lookup {host!r}", daemon=True).start()
        return await found
