"""The certificate from a file or a URL, for clusters whose controller can't be asked from here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tui.clock import Clock
from tui.errors import Refused, Unreachable
from tui.wire.certificate import Certificate, usable
from tui.wire.plain import plain
from tui.wire.translate import transport_error

_SECONDS = 15.0
_MOST = 1 << 20  # bytes of a bundle


async def fetch(source: str, folder: Path, clock: Clock) -> Certificate:
    """The newest one there, fit for use now; `source` is an https or http URL, or a path from `folder`."""
    url = source.startswith(("https://", "http://"))
    pem = await _download(source, clock) if url else _read(folder, source)
    return usable(pem, plain(source, 200), clock.now())


def _read(folder: Path, source: str) -> bytes:
    try:
        return (folder / Path(source).expanduser()).read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", "") or "no such path"
        raise Refused(f"{plain(source, 200)}: can't be read: {why}", "mend cert: or --cert") from error


async def _download(source: str, clock: Clock) -> bytes:
    parts = urlsplit(source)
    place = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    try:
        async with clock.timeout(_SECONDS), httpx.AsyncClient(follow_redirects=True) as client:
            answer = await client.get(source)
    except TimeoutError:
        raise Unreachable(f"no answer from {place} within {_SECONDS:g} s", "use a file: cert: PATH") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        told = transport_error(error, place, _SECONDS)
        if "certificate of" in told.title:
            hint = "set SSL_CERT_FILE to the authority's certificate, or use a file: cert: PATH"
            raise Unreachable(told.title, hint) from error
        raise told from error
    if answer.status_code != 200:
        raise Unreachable(f"{place} answered {answer.status_code}", "is it the certificate's URL?")
    return answer.content[:_MOST]
