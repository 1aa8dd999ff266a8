"""Secrets, by their metadata."""

from __future__ import annotations

from tui.wire.kinds.base import Kind
from tui.wire.kinds.named import parser

KIND = Kind("Secret", "api/v1", "secrets", "secrets", parser("Secret"), metadata_only=True)
