"""An AppProject of Argo CD: when its applications may sync."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.key import Meta
from tui.model.sync_window import SyncWindow


@dataclass(frozen=True, slots=True)
class AppProject:
    """The project of applications; it lives in the namespace of Argo CD."""

    meta: Meta
    windows: tuple[SyncWindow, ...] = ()
