"""SealedSecrets: names and state; the ciphertext is passed over, nobody reads it in a list."""

from __future__ import annotations

import msgspec

from tui.model.sealed_secret import SealedSecret, scope_of
from tui.wire.kinds.base import Kind, RawCondition, conditions, meta
from tui.wire.kinds.named import RawNamedMeta, written


class RawTemplate(msgspec.Struct, gc=False):
    """What becomes the Secret besides the opened values."""

    type: str | None = None
    data: dict[str, msgspec.Raw] | None = None


class RawSpec(msgspec.Struct, gc=False, rename="camel"):
    """A SealedSecret's spec."""

    encrypted_data: dict[str, msgspec.Raw] | None = None
    template: RawTemplate | None = None


class RawStatus(msgspec.Struct, gc=False, rename="camel"):
    """A SealedSecret's status."""

    observed_generation: int = 0
    conditions: list[RawCondition] | None = None


class RawSealedSecret(msgspec.Struct, gc=False):
    """The object."""

    metadata: RawNamedMeta
    spec: RawSpec = msgspec.field(default_factory=RawSpec)
    status: RawStatus | None = None


_OBJECT = msgspec.json.Decoder(RawSealedSecret)


def parse(raw: bytes) -> SealedSecret:
    """Missing parts are empty; what the template says of the Secret's name does not count."""
    found = _OBJECT.decode(raw)
    about = meta("SealedSecret", found.metadata)
    template = found.spec.template or RawTemplate()
    status = found.status or RawStatus()
    return SealedSecret(
        meta=about,
        scope=scope_of(about.annotations),
        keys=tuple(sorted(found.spec.encrypted_data or ())),
        templated=tuple(sorted(template.data or ())),
        type=template.type or "Opaque",
        observed_generation=status.observed_generation,
        conditions=conditions(status.conditions),
        changed=written(found.metadata.managed_fields, "spec"),
    )


KIND = Kind("SealedSecret", "apis/bitnami.com/v1alpha1", "sealedsecrets", "sealedsecrets.bitnami.com", parse)
