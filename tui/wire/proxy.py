"""Which proxy leads to a server: the kubeconfig's own, else HTTPS_PROXY and NO_PROXY as Go reads them.

Rules: golang.org/x/net/http/httpproxy, plus client-go's CIDR ranges in NO_PROXY.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from tui.wire.access import Access


def resolve(access: Access, environ: Mapping[str, str]) -> str:
    """The proxy's URL or ""; `proxy-url` holds for loopback too, the environment's never does."""
    if access.proxy_url:
        return access.proxy_url.reveal()
    url = urlsplit(access.server)
    secure = url.scheme.lower() == "https"
    name = "HTTPS_PROXY" if secure else "HTTP_PROXY"
    proxy = environ.get(name) or environ.get(name.lower()) or ""
    if not proxy:
        return ""
    host, port = (url.hostname or "").lower().rstrip("."), url.port or (443 if secure else 80)
    if not _use_proxy(host, port, environ.get("NO_PROXY") or environ.get("no_proxy") or ""):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _use_proxy(host: str, port: int, no_proxy: str) -> bool:
    if host == "localhost":
        return False
    address = _address(host)
    if address is not None and address.is_loopback:
        return False
    entries = [entry.strip().lower() for entry in no_proxy.split(",")]
    return not any(_matches(entry, host, port, address) for entry in entries if entry)


def _matches(
    entry: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None
) -> bool:
    """Whether one item of NO_PROXY names the server."""
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, colon, number = entry.rpartition(":")
    if not colon or not number.isdigit() or (":" in name and not name.startswith("[")):
        name, number = entry, ""
    name = name.removeprefix("[").removesuffix("]")
    if not name or (number and int(number) != port):
        return False
    literal = _address(name)
    if literal is not None:
        return literal == address
    name = name.removeprefix("*") if name.startswith("*.") else name
    if name.startswith("."):
        return host.endswith(name)
    return host == name or host.endswith(f".{name}")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
