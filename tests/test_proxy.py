"""HTTPS_PROXY and NO_PROXY, read as Go's httpproxy package reads them."""

from __future__ import annotations

import pytest

from tui.wire import proxy
from tui.wire.access import Access


@pytest.mark.parametrize(
    ("server", "no_proxy", "proxied"),
    [
        ("https://api.example.com", "", True),
        ("https://api.example.com", "example.com", False),
        ("https://api.example.com", ".example.com", False),
        ("https://example.com", ".example.com", True),
        ("https://example.com", "*.example.com", True),
        ("https://badexample.com", "example.com", True),
        ("https://api.example.com", " other , API.example.com ", False),
        ("https://api.example.com:6443", "api.example.com:443", True),
        ("https://api.example.com:6443", "api.example.com:6443", False),
        ("https://api.example.com", "*", False),
        ("https://10.1.2.3:6443", "10.0.0.0/8", False),
        ("https://10.1.2.3:6443", "10.1.2.3", False),
        ("https://11.1.2.3:6443", "10.0.0.0/8", True),
        ("https://[2001:db8::1]:6443", "2001:db8::/32", False),
        ("https://[2001:db8::1]:6443", "[2001:db8::1]:6443", False),
        ("https://127.0.0.1:6443", "", False),
        ("https://localhost:6443", "", False),
        ("https://[::1]:6443", "", False),
        ("http://api.example.com", "", False),
    ],
)
def test_proxy_environment_is_read_as_go_does(server: str, no_proxy: str, proxied: bool) -> None:
    access = Access("a", server, "default", "u", "c")
    environ = {"https_proxy": "proxy.example.com:3128", "NO_PROXY": no_proxy}
    assert proxy.resolve(access, environ) == ("http://proxy.example.com:3128" if proxied else "")
