"""A simulated Docker engine: containers of one Compose project that run, write, end, fail their checks."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui.demo.logbook import ContainerLog

Object = dict[str, Any]

PROJECT = "platform"
_LABEL = "com.docker.compose"
_REMEMBERED = 256  # events, as the real one
_BACK_OFF = 0.1  # seconds before the first restart by policy; doubled each time


@dataclass(frozen=True, slots=True)
class Ends:
    """A container that ends: its lines, evenly spread over the seconds, then its exit code."""

    lines: Sequence[str] = ()
    seconds: float = 0.0
    code: int = 0


@dataclass(slots=True)
class Box:
    """A container. `says` is repeated at `rate` lines a second; what begins with `!` is standard error."""

    service: str
    image: str
    image_id: str = ""
    id: str = ""
    name: str = ""
    number: int = 1
    says: Sequence[str] = ()
    rate: float = 0.0
    ends: Ends | None = None
    waits_for: Sequence[str] = ()  # services that must be done, or run, before it starts
    check: str = ""  # what its health check says; "" has none
    healthy: bool = True
    flaps: float = 0.0  # seconds between two changes of its health
    policy: str = "unless-stopped"
    tty: bool = False
    ports: Mapping[str, str] = field(default_factory=dict)  # inside -> outside
    labels: Mapping[str, str] = field(default_factory=dict)
    env: Sequence[str] = ()
    command: str = ""
    state: str = "created"
    held: bool = False  # it starts when it is told to, whatever it waits for
    health: str = ""
    exit_code: int = 0
    restarts: int = 0
    created: float = 0.0
    started: float | None = None
    finished: float | None = None
    stopping: bool = False
    log: ContainerLog = field(default_factory=ContainerLog)
    failing: int = 0
    spoken: float = 0.0  # lines that were written in this run
    again: float = 0.0  # when it is started by its policy
    turned: float = 0.0  # when its health changed last


class Engine:
    """Raises KeyError for a container that is not there. Times are epoch seconds."""

    def __init__(self) -> None:
        self.boxes: dict[str, Box] = {}
        self.events: deque[Object] = deque(maxlen=_REMEMBERED)
        self.images: dict[str, str] = {}  # name -> id
        self.nameless: set[str] = set()  # ids of images that another one took the name of
        self.volumes: dict[str, Object] = {}  # as they are answered
        self.former: dict[str, Box] = {}  # the last container of each service
        self.listeners: set[asyncio.Event] = set()
        self.told = 0  # events so far
        self.version = "28.0.4"
        self.up = True

    def switch(self, *, on: bool) -> None:
        """Ends every stream and answers nobody, or is there again."""
        self.up = on
        for listener in tuple(self.listeners):
            listener.set()

    def find(self, ref: str) -> Box:
        """By id, a beginning of it, or name."""
        for box in self.boxes.values():
            if ref == box.name or box.id.startswith(ref):
                return box
        raise KeyError(ref)

    def add(self, box: Box, now: float) -> Box:
        """Makes a container of a service; its identity comes from its name and the time."""
        box.name = box.name or f"{PROJECT}-{box.service}-{box.number}"
        box.id = hashlib.sha256(f"{box.name}{now}{len(self.boxes)}".encode()).hexdigest()
        box.created = now
        box.image_id = self.image(box.image)
        self.boxes[box.id] = self.former[box.service] = box
        self._tell(box, "create", now)
        return box

    def image(self, name: str) -> str:
        """The id of an image; made when it was not there."""
        if name.startswith("sha256:"):
            return name
        return self.images.setdefault(name, f"sha256:{hashlib.sha256(name.encode()).hexdigest()}")

    def build(self, name: str, now: float) -> str:
        """Another image takes that name; its id."""
        if name in self.images:
            self.nameless.add(self.images[name])
        self.images[name] = f"sha256:{hashlib.sha256(f'{name} {now}'.encode()).hexdigest()}"
        return self.images[name]

    def start(self, box: Box, now: float, *, by_policy: bool = False) -> None:
        """A new run; one that was asked for by hand counts from nothing."""
        box.restarts = box.restarts + 1 if by_policy else 0
        box.state, box.started, box.stopping, box.spoken = "running", now, False, 0.0
        box.health, box.failing, box.turned = ("starting" if box.check else ""), 0, now
        self._tell(box, "start", now)

    def stop(self, box: Box, now: float, signal: int = 15) -> None:
        """Somebody ends it."""
        if box.state not in ("running", "restarting"):
            return
        box.stopping = True
        self._tell(box, "kill", now, signal=str(signal))
        self.die(box, 128 + signal, now)
        self._tell(box, "stop", now)

    def restart(self, box: Box, now: float) -> None:
        """Ends it and starts it again, as `docker restart`."""
        self.stop(box, now)
        self.start(box, now + 0.001)
        self._tell(box, "restart", now + 0.001)

    def die(self, box: Box, code: int, now: float) -> None:
        """The run is over; its policy may begin another."""
        again = not box.stopping and (
            box.policy in ("always", "unless-stopped") or (box.policy == "on-failure" and code != 0)
        )
        box.state = "restarting" if again else "exited"
        box.again = now + min(60.0, _BACK_OFF * 2.0 ** min(box.restarts, 10))
        box.exit_code, box.finished, box.health = code, now, "" if not box.check else box.health
        self._tell(box, "die", now, exitCode=str(code))

    def remove(self, box: Box, now: float) -> None:
        """It is gone, with its log."""
        self.stop(box, now)
        del self.boxes[box.id]
        box.log.close()
        self._tell(box, "destroy", now)

    def step(self, now: float) -> None:
        """One turn of every container."""
        for box in tuple(self.boxes.values()):
            if box.state == "created" and not box.held and self._may_start(box):
                self.start(box, now)
            elif box.state == "restarting" and now >= box.again:
                self.start(box, now, by_policy=True)
            elif box.state == "running":
                self._run(box, now)

    def _may_start(self, box: Box) -> bool:
        for service in box.waits_for:
            others = [one for one in self.boxes.values() if one.service == service]
            if not all(one.state == "running" or (one.finished and not one.exit_code) for one in others):
                return False
            if any(one.ends is not None and one.state == "running" for one in others):
                return False
        return True

    def _run(self, box: Box, now: float) -> None:
        since = now - (box.started or now)
        lines, rate = box.says, box.rate
        if box.ends is not None:
            lines, rate = box.ends.lines, len(box.ends.lines) / max(box.ends.seconds, 0.01)
        due = since * rate if box.ends is None else min(since * rate, float(len(lines)))
        while lines and box.spoken + 1 <= due:
            line = lines[int(box.spoken) % len(lines)]
            stream = "stderr" if line.startswith("!") else "stdout"
            box.log.write(line.removeprefix("!"), (box.started or now) + (box.spoken + 1) / rate, stream)
            box.spoken += 1
        if box.ends is not None and since >= box.ends.seconds:
            self.die(box, box.ends.code, now)
        elif box.check:
            self._check(box, now)

    def _check(self, box: Box, now: float) -> None:
        if now - box.turned < (box.flaps or 1.0):
            return
        if box.flaps:
            box.healthy = not box.healthy
        wanted = "healthy" if box.healthy else "unhealthy"
        if box.health != wanted:
            box.health, box.turned, box.failing = wanted, now, 0 if box.healthy else 3
            self._tell(box, f"health_status: {wanted}", now)

    def _tell(self, box: Box, action: str, now: float, **attributes: str) -> None:
        nano = int(now * 1e9) + self.told % 1000
        told = {**labels_of(box), "image": box.image, "name": box.name, **attributes}
        self.events.append(
            {
                "Type": "container",
                "Action": action,
                "Actor": {"ID": box.id, "Attributes": told},
                "scope": "local",
                "time": nano // 1_000_000_000,
                "timeNano": nano,
            }
        )
        self.told += 1
        for listener in self.listeners:
            listener.set()


def labels_of(box: Box) -> Object:
    """What Compose writes on a container, and the service's own labels."""
    return {
        f"{_LABEL}.project": PROJECT,
        f"{_LABEL}.service": box.service,
        f"{_LABEL}.container-number": str(box.number),
        f"{_LABEL}.oneoff": "False",
        f"{_LABEL}.config-hash": "",  # only Compose can count it; its containers are asked for by this label
        f"{_LABEL}.version": "2.33.1",
        **box.labels,
    }
