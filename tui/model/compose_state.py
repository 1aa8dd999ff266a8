"""All of a Compose project that its deeds depend on, and what `docker compose up` would do to a service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui.model.compose import Inspected, Project, ServiceSpec
from tui.model.key import Meta, nothing

PROJECT = "ComposeProject"  # the kind of its one record in a store
HASH_LABEL = "com.docker.compose.config-hash"
IMAGE_LABEL = "com.docker.compose.image"
FILES_LABEL = "com.docker.compose.project.config_files"
ENDED = "ended with 0"
_RUNS = frozenset({"running", "restarting", "paused"})


@dataclass(frozen=True, slots=True)
class ComposeState:
    """The file as read, the containers as inspected; `images` is every name that the engine has -> its id."""

    meta: Meta
    project: Project
    containers: tuple[Inspected, ...] = ()
    images: Mapping[str, str] = field(default_factory=nothing)

    @property
    def digest(self) -> str:
        """Of what a plan depends on: starting and stopping change nothing (16 hex digits)."""
        services = {
            name: (one.hash, one.replicas, self.image_id(self.image_of(one)))
            for name, one in self.project.services.items()
        }
        made = sorted((one.id, one.labels.get(HASH_LABEL, ""), one.image_id) for one in self.containers)
        text = json.dumps([services, made], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def of(self, service: str) -> list[Inspected]:
        """Its containers, by number."""
        found = [one for one in self.containers if one.service == service]
        return sorted(found, key=lambda one: one.number)

    def image_of(self, service: ServiceSpec) -> str:
        """The image's name; a service that is built and names none gets the one that Compose gives it."""
        return service.image or (f"{self.project.name}-{service.name}" if service.build else "")

    def image_id(self, name: str) -> str:
        """The id of the image that bears that name (or id) on the engine now, "" when none does."""
        if name.startswith("sha256:"):
            return name if name in self.images.values() else ""
        return self.images.get(canonical(name), "")

    def name_of(self, image_id: str) -> str:
        """A name of that image with its tag, "" where it has none left."""
        names = [
            name for name, id in self.images.items() if id == image_id and not name.startswith("sha256:")
        ]
        return min(names, key=lambda name: ("@" in name, name), default="")

    @property
    def orphans(self) -> list[Inspected]:
        """Containers of services that the file does not have."""
        known = {*self.project.services, *self.project.inactive}
        return [one for one in self.containers if one.service not in known]


def canonical(name: str) -> str:
    """`docker.io/library/redis` and `redis` are `redis:latest`."""
    for prefix in ("docker.io/", "localhost/", "library/"):
        name = name.removeprefix(prefix)
    if "@" in name or ":" in name.rpartition("/")[2]:
        return name
    return f"{name}:latest"


def image_names(found: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """(image id, its names) as a table by name; an image without a name is there under its id."""
    table: dict[str, str] = {}
    for id, names in found:
        table[id] = id
        table.update((canonical(name), id) for name in names if not name.startswith("<none>"))
    return table


class Fate(StrEnum):
    """What `up` does to a service."""

    CREATED = "created"
    RECREATED = "recreated"
    STARTED = "started"
    LEFT = "left"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ServiceFate:
    """One service, or an orphan's: `before` and `after` are images by name or id."""

    service: str
    fate: Fate
    why: str = ""
    before: str = ""
    after: str = ""


def fates(state: ComposeState) -> list[ServiceFate]:
    """Every service in the order of the file, then the orphans; Compose recreates by these two labels."""
    found = [_fate(state, one) for one in state.project.services.values()]
    orphans = dict.fromkeys(one.service or one.name for one in state.orphans)
    return [*found, *(ServiceFate(name, Fate.REMOVED, "the file does not have it") for name in orphans)]


def _fate(state: ComposeState, spec: ServiceSpec) -> ServiceFate:
    mine, name = state.of(spec.name), state.image_of(spec)
    image = state.image_id(name)
    missing = "" if image else ("its image is built first" if spec.build else "its image is pulled first")
    if not mine:
        if not spec.replicas:
            return ServiceFate(spec.name, Fate.LEFT, "scaled to 0")
        return ServiceFate(spec.name, Fate.CREATED, missing, "", name)
    before = shown(mine[0].image)
    if before == name and image and mine[0].image_id != image:
        before, name = f"{before} {short(mine[0].image_id)}", f"{name} {short(image)}"
    why = missing or _differs(state, spec, mine, image)
    if why:
        return ServiceFate(spec.name, Fate.RECREATED, why, before, name)
    if len(mine) < spec.replicas:
        return ServiceFate(spec.name, Fate.CREATED, f"{spec.replicas - len(mine)} more", before, name)
    if len(mine) > spec.replicas:
        return ServiceFate(spec.name, Fate.REMOVED, f"{len(mine) - spec.replicas} too many", before, name)
    down = [one for one in mine if one.state not in _RUNS]
    if down:
        ended = all(one.state == "exited" and not one.exit_code for one in down)
        return ServiceFate(spec.name, Fate.STARTED, ENDED if ended else "not running", before, name)
    return ServiceFate(spec.name, Fate.LEFT, "", before, name)


def _differs(state: ComposeState, spec: ServiceSpec, mine: list[Inspected], image: str) -> str:
    if mine[0].image != state.image_of(spec) and canonical(mine[0].image) != canonical(state.image_of(spec)):
        return "it runs another image than the file's"
    if any(one.labels.get(IMAGE_LABEL, one.image_id) != image for one in mine):
        return "its image was built or pulled anew"
    hashes = [one.labels.get(HASH_LABEL, "") for one in mine]
    if any(each != spec.hash for each in hashes):
        return "the file changed" if all(hashes) else "made of a file that is not known"
    return ""


def settled(one: Inspected) -> bool:
    """Runs and is well as far as its check says, or ended well."""
    if one.state == "running":
        return one.health in ("", "healthy")
    return one.state == "exited" and one.exit_code == 0


def shown(image: str) -> str:
    """An image's name; where it is only an id, that shortened."""
    return short(image) if image.startswith("sha256:") else image


def short(image_id: str) -> str:
    """`3b7826a17bdd`, as the docker command writes it."""
    return image_id.removeprefix("sha256:")[:12]
