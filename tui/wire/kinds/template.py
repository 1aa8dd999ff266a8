"""Pod templates on the wire: images, commands, and the Secrets and ConfigMaps they cannot do without."""

from __future__ import annotations

import sys

import msgspec

from tui.model.workload import NO_REFERENCES, References


class RawRef(msgspec.Struct, gc=False, rename="camel"):
    """Any reference to a Secret or ConfigMap: a volume of Secrets calls the name `secretName`."""

    name: str | None = None
    secret_name: str | None = None
    optional: bool | None = None


class RawValueFrom(msgspec.Struct, gc=False, rename="camel"):
    """Where a variable comes from."""

    secret_key_ref: RawRef | None = None
    config_map_key_ref: RawRef | None = None


class RawEnv(msgspec.Struct, gc=False, rename="camel"):
    """One variable; its value is never kept."""

    value_from: RawValueFrom | None = None


class RawEnvFrom(msgspec.Struct, gc=False, rename="camel"):
    """All variables of a Secret or ConfigMap."""

    secret_ref: RawRef | None = None
    config_map_ref: RawRef | None = None


class RawResources(msgspec.Struct, gc=False):
    """Limits; quantities may be numbers in hand-written objects."""

    limits: dict[str, str | int | float] | None = None


class RawContainer(msgspec.Struct, gc=False, rename="camel"):
    """A container of a pod's spec."""

    name: str = ""
    image: str | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    env: list[RawEnv] | None = None
    env_from: list[RawEnvFrom] | None = None
    resources: RawResources | None = None
    restart_policy: str | None = None


class RawSource(msgspec.Struct, gc=False, rename="camel"):
    """One source of a projected volume."""

    secret: RawRef | None = None
    config_map: RawRef | None = None


class RawProjected(msgspec.Struct, gc=False):
    """A projected volume."""

    sources: list[RawSource] | None = None


class RawVolume(msgspec.Struct, gc=False, rename="camel"):
    """A volume."""

    secret: RawRef | None = None
    config_map: RawRef | None = None
    projected: RawProjected | None = None


class RawPodSpec(msgspec.Struct, gc=False, rename="camel"):
    """What is read of a pod's spec."""

    containers: list[RawContainer] | None = None
    init_containers: list[RawContainer] | None = None
    volumes: list[RawVolume] | None = None
    image_pull_secrets: list[RawRef] | None = None
    node_name: str | None = None

    @property
    def everything(self) -> list[RawContainer]:
        """Init containers, then the main ones."""
        return [*(self.init_containers or ()), *(self.containers or ())]


class RawTemplate(msgspec.Struct, gc=False):
    """A pod template."""

    spec: RawPodSpec = msgspec.field(default_factory=RawPodSpec)


def images(spec: RawPodSpec) -> tuple[str, ...]:
    """Of the main containers, in order."""
    return tuple(sys.intern(one.image or "") for one in spec.containers or ())


def references(spec: RawPodSpec) -> References:
    """Required Secrets and ConfigMaps, each once; optional ones are left out."""
    secrets: dict[str, None] = {}
    maps: dict[str, None] = {}
    for container in spec.everything:
        for variable in container.env or ():
            if variable.value_from is not None:
                _note(secrets, variable.value_from.secret_key_ref)
                _note(maps, variable.value_from.config_map_key_ref)
        for group in container.env_from or ():
            _note(secrets, group.secret_ref)
            _note(maps, group.config_map_ref)
    for volume in spec.volumes or ():
        _note(secrets, volume.secret)
        _note(maps, volume.config_map)
        for source in (volume.projected.sources if volume.projected else None) or ():
            _note(secrets, source.secret)
            _note(maps, source.config_map)
    return References(tuple(secrets), tuple(maps)) if secrets or maps else NO_REFERENCES


def _note(found: dict[str, None], ref: RawRef | None) -> None:
    if ref is not None and not ref.optional and (name := ref.secret_name or ref.name):
        found[sys.intern(name)] = None
