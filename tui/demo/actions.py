"""What the control address can do to a world; each action is a struct of its arguments and a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tui.demo.argo_actions import Play, Push, play, push
from tui.demo.cluster import key_of, stamp
from tui.demo.engine_actions import EngineAsk
from tui.demo.engine_actions import act as on_engine
from tui.demo.faults import Fault
from tui.demo.logbook import ContainerLog
from tui.demo.patch import json_patch, merge_patch
from tui.demo.world import Environment, World

Object = dict[str, Any]


class Nothing(msgspec.Struct):
    """No arguments."""


class Step(msgspec.Struct):
    """Seconds to go on; 0 is one turn of the behaviours."""

    seconds: float = 0.0


class Freeze(msgspec.Struct):
    """Stop the clock or let it run."""

    frozen: bool = True


class Where(msgspec.Struct, kw_only=True):
    """An object, or with `name` "" the objects of a kind (in `namespace`, or all when that is "")."""

    environment: str
    kind: str
    namespace: str = ""
    name: str = ""
    grace: float | None = None


class Put(msgspec.Struct, kw_only=True):
    """Objects as they are to be, with status; made or replaced."""

    environment: str
    objects: list[Object]


class Patch(Where, kw_only=True):
    """A merge patch (an object) or a JSON patch (a list)."""

    patch: Any


class Note(Where, kw_only=True):
    """An event about an object."""

    type: str = "Normal"
    reason: str
    message: str
    component: str = "demo"


class Streams(msgspec.Struct, kw_only=True):
    """Open streams of these kinds ("log" for logs); all when empty. `cut` ends the connections."""

    environment: str
    kinds: list[str] = []
    cut: bool = False


class Inject(msgspec.Struct, kw_only=True):
    """Raw text into the open streams of a kind; a newline is not added."""

    environment: str
    kind: str
    text: str


class Place(msgspec.Struct, kw_only=True):
    """An environment."""

    environment: str


class Expire(Place, kw_only=True):
    """With `version` the history goes on there, as after a backup was put back."""

    version: int | None = None


class SetUser(msgspec.Struct, kw_only=True):
    """A user with rules (None: everything); `renew` makes the old token worthless."""

    name: str
    rules: list[Object] | None = None
    groups: list[str] = []
    renew: bool = False


class Lines(msgspec.Struct, kw_only=True):
    """Log lines; without `instance` of the present run, without `at` now. `hex` lines are bytes in hex."""

    environment: str
    namespace: str
    pod: str
    container: str
    lines: list[str] = []
    hex: list[str] = []
    instance: int | None = None
    at: float | None = None
    stream: str = "stdout"


class Rotate(Lines, kw_only=True):
    """All but the last `keep` lines are gone."""

    keep: int = 0


class Restart(Lines, kw_only=True):
    """The container ends with this code and starts again."""

    code: int = 1
    reason: str = "Error"


class Bookmarks(msgspec.Struct):
    """How often watches get a bookmark, for watches that begin after it."""

    seconds: float


def _put(world: World, ask: Put) -> list[Object]:
    cluster = world.environments[ask.environment].cluster
    stored: list[Object] = []
    for obj in ask.objects:
        space = obj["metadata"].get("namespace")
        if space and cluster.get("Namespace", "", space) is None:
            cluster.create({"kind": "Namespace", "metadata": {"name": space}, "status": {"phase": "Active"}})
        known = "name" in obj["metadata"] and cluster.get(*key_of(obj)) is not None
        stored.append(cluster.update(obj) if known else cluster.create(obj))
    return stored


def _patch(world: World, ask: Patch) -> Object:
    cluster = world.environments[ask.environment].cluster
    draft = cluster.edit(ask.kind, ask.namespace, ask.name)
    change = json_patch if isinstance(ask.patch, list) else merge_patch
    return cluster.update(change(draft, ask.patch))


def _get(world: World, ask: Where) -> Any:
    cluster = world.environments[ask.environment].cluster
    if ask.name:
        return cluster.get(ask.kind, ask.namespace, ask.name)
    return cluster.all(ask.kind, ask.namespace or None)


def _delete(world: World, ask: Where) -> None:
    cluster = world.environments[ask.environment].cluster
    cluster.delete(ask.kind, ask.namespace, ask.name, grace=ask.grace)


def _event(world: World, ask: Note) -> None:
    cluster = world.environments[ask.environment].cluster
    about = cluster.edit(ask.kind, ask.namespace, ask.name)
    cluster.event(about, ask.type, ask.reason, ask.message, ask.component)


def _user(world: World, ask: SetUser) -> Object:
    user = world.add_user(ask.name, ask.rules, ask.groups)
    if ask.renew:
        user = world.renew_token(ask.name)
    return {"name": user.name, "token": user.token}


def _requests(world: World, ask: Nothing) -> list[Object]:
    return list(world.requests)


def _log_of(world: World, ask: Lines) -> tuple[Environment, Object, Object, ContainerLog]:
    environment = world.environments[ask.environment]
    pod = environment.cluster.edit("Pod", ask.namespace, ask.pod)
    entry: Object = {}
    for member in ("containerStatuses", "initContainerStatuses"):
        for each in (pod.get("status") or {}).get(member) or ():
            if each["name"] == ask.container:
                entry = each
    count = ask.instance if ask.instance is not None else int(entry.get("restartCount", 0))
    return environment, pod, entry, environment.logs.log(pod["metadata"]["uid"], ask.container, count)


def _log(world: World, ask: Lines) -> None:
    log = _log_of(world, ask)[3]
    at = world.now() if ask.at is None else ask.at
    for line in [each.encode() for each in ask.lines] + [bytes.fromhex(each) for each in ask.hex]:
        log.write(line, at, ask.stream)


def _rotate(world: World, ask: Rotate) -> None:
    _log_of(world, ask)[3].rotate(ask.keep)


def _restart(world: World, ask: Restart) -> None:
    environment, pod, entry, log = _log_of(world, ask)
    now = stamp(world.now())
    started = ((entry.get("state") or {}).get("running") or {}).get("startedAt", now)
    ended = {
        "exitCode": ask.code,
        "reason": ask.reason,
        "startedAt": started,
        "finishedAt": now,
        "containerID": entry.get("containerID", ""),
    }
    log.close()
    annotations = pod["metadata"].get("annotations") or {}
    if annotations.get("demo.deploytui/still") == "true":
        # Nobody else starts the containers of such a pod.
        count = entry.get("restartCount", 0) + 1
        identity = f"containerd://{pod['metadata']['uid']}-{ask.container}-{count}"
        entry.update(restartCount=count, state={"running": {"startedAt": now}}, containerID=identity)
        entry["lastState"] = {"terminated": ended}
    else:
        entry.update(state={"terminated": ended}, ready=False, started=False)
    environment.cluster.update(pod)


Act = Callable[[World, Any], Any]
ACTIONS: dict[str, tuple[type[msgspec.Struct], Act]] = {
    "now": (Nothing, lambda world, ask: world.now()),
    "step": (Step, lambda world, ask: world.step(ask.seconds)),
    "freeze": (Freeze, lambda world, ask: world.freeze(ask.frozen)),
    "bookmarks": (Bookmarks, lambda world, ask: setattr(world, "bookmark_seconds", ask.seconds)),
    "put": (Put, _put),
    "patch": (Patch, _patch),
    "get": (Where, _get),
    "delete": (Where, _delete),
    "event": (Note, _event),
    "fault": (Fault, lambda world, ask: world.faults.add(ask)),
    "clear-faults": (Nothing, lambda world, ask: world.faults.clear()),
    "expire": (Expire, lambda world, ask: world.environments[ask.environment].expire(ask.version)),
    "streams": (
        Streams,
        lambda world, ask: world.environments[ask.environment].end_streams(ask.kinds, cut=ask.cut),
    ),
    "inject": (
        Inject,
        lambda world, ask: world.environments[ask.environment].inject(ask.kind, ask.text.encode()),
    ),
    "open": (
        Place,
        lambda world, ask: sorted(each.kind for each in world.environments[ask.environment].streams),
    ),
    "push": (Push, push),
    "scenario": (Play, play),
    "user": (SetUser, _user),
    "requests": (Nothing, _requests),
    "clear-requests": (Nothing, lambda world, ask: world.requests.clear()),
    "log": (Lines, _log),
    "rotate": (Rotate, _rotate),
    "engine": (EngineAsk, on_engine),
    "restart-container": (Restart, _restart),
}
