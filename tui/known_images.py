"""Which images the services of a Compose project ran: by the journal, and seen since the cockpit opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.journal import Entry
from tui.model.compose_state import PROJECT, ComposeState
from tui.store import Store

_KEPT = 10  # images of a service


class KnownImages:
    """By environment and service, ids of images, the newest that ran first."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, tuple[str, ...]]] = {}
        self._versions: dict[str, int] = {}

    def of(self, environment: str) -> Mapping[str, tuple[str, ...]]:
        """What is known there; the first of a service may be what runs now."""
        return self._known.get(environment, {})

    def learn(self, entries: Iterable[Entry]) -> None:
        """What the journal tells, oldest first; what was seen since is newer."""
        seen, self._known = self._known, {}
        for entry in entries:
            for text in (entry.before, entry.after):
                for service, image in pairs(text).items():
                    self._ran(entry.environment, service, image)
        for environment, services in seen.items():
            for service, images in services.items():
                for image in reversed(images):
                    self._ran(environment, service, image)

    def look(self, environment: str, store: Store) -> None:
        """At each tick; costs something only when the project changed."""
        version = store.version[PROJECT]
        if self._versions.get(environment) == version:
            return
        self._versions[environment] = version
        for state in store.all(PROJECT):
            if isinstance(state, ComposeState):
                for one in state.containers:
                    if one.state == "running":
                        self._ran(environment, one.service, one.image_id)

    def _ran(self, environment: str, service: str, image: str) -> None:
        services = self._known.setdefault(environment, {})
        known = services.get(service, ())
        if image and known[:1] != (image,):
            services[service] = (image, *(one for one in known if one != image))[:_KEPT]


def pairs(text: str) -> dict[str, str]:
    """`api=sha256:...` and more, as the journal keeps them; what is no image is left out."""
    parts = (part.partition("=") for part in text.split())
    return {service: image for service, _, image in parts if image.startswith("sha256:")}
