"""AppProjects of Argo CD: their sync windows."""

from __future__ import annotations

import msgspec

from tui.model.app_project import AppProject
from tui.model.sync_window import SyncWindow
from tui.wire.kinds.base import Kind, RawMeta, meta


class RawWindow(msgspec.Struct, gc=False, rename="camel"):
    """One of `spec.syncWindows`."""

    kind: str = ""
    schedule: str = ""
    duration: str = ""
    applications: list[str] | None = None
    namespaces: list[str] | None = None
    clusters: list[str] | None = None
    manual_sync: bool = False
    time_zone: str = ""
    and_operator: bool = False
    description: str = ""

    def made(self) -> SyncWindow:
        """The record."""
        return SyncWindow(
            kind=self.kind,
            schedule=self.schedule,
            duration=self.duration,
            applications=tuple(self.applications or ()),
            namespaces=tuple(self.namespaces or ()),
            clusters=tuple(self.clusters or ()),
            manual=self.manual_sync,
            time_zone=self.time_zone,
            together=self.and_operator,
            description=self.description,
        )


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """An AppProject's spec."""

    sync_windows: list[RawWindow] | None = None


class RawAppProject(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)


_OBJECT = msgspec.json.Decoder(RawAppProject)


def parse(raw: bytes) -> AppProject:
    """What it allows and where is not read: Argo CD enforces that."""
    found = _OBJECT.decode(raw)
    windows = tuple(one.made() for one in found.spec.sync_windows or ())
    return AppProject(meta("AppProject", found.metadata), windows)


KIND = Kind(
    "AppProject",
    "apis/argoproj.io/v1alpha1",
    "appprojects",
    "appprojects.argoproj.io",
    parse,
    light=True,
    argo=True,
)
