"""Foreign words made safe to quote in our own error messages: one line, no control characters, bounded."""

from __future__ import annotations

import unicodedata


def plain(text: str, limit: int = 500) -> str:
    """One line of at most `limit` characters; controls and bidi marks become words such as `U+001B`."""
    words = " ".join(text.split())
    safe = "".join(f"U+{ord(c):04X}" if unicodedata.category(c)[0] == "C" else c for c in words[: limit + 1])
    return safe if len(words) <= limit else safe[:limit].rstrip() + "…"
