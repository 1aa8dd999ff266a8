"""ConfigMaps, by their metadata."""

from __future__ import annotations

from tui.wire.kinds.base import Kind
from tui.wire.kinds.named import parser

KIND = Kind("ConfigMap", "api/v1", "configmaps", "configmaps", parser("ConfigMap"), metadata_only=True)
