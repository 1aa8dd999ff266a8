"""ControllerRevisions: the revisions of StatefulSets and DaemonSets."""

from __future__ import annotations

import msgspec

from tui.model.workload import ControllerRevision
from tui.wire.kinds.base import Kind, RawMeta, meta
from tui.wire.kinds.template import RawTemplate, images, references


class RawRevision(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawMeta
    revision: int = 0
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))


class RawPatchSpec(msgspec.Struct, gc=False):
    """The patched spec."""

    template: RawTemplate = msgspec.field(default_factory=RawTemplate)


class RawPatch(msgspec.Struct, gc=False):
    """The patch that restores the revision."""

    spec: RawPatchSpec = msgspec.field(default_factory=RawPatchSpec)


_OBJECT = msgspec.json.Decoder(RawRevision)
_PATCH = msgspec.json.Decoder(RawPatch)


def parse(raw: bytes) -> ControllerRevision:
    """Keeps the data as the server sent it."""
    found = _OBJECT.decode(raw)
    data = bytes(found.data)
    pod = _PATCH.decode(data).spec.template.spec
    return ControllerRevision(
        meta=meta("ControllerRevision", found.metadata),
        revision=found.revision,
        images=images(pod),
        references=references(pod),
        data=data,
    )


KIND = Kind("ControllerRevision", "apis/apps/v1", "controllerrevisions", "controllerrevisions.apps", parse)
