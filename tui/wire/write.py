"""The writes on objects: each deed's request made from a fresh object, and how to see whether it landed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.errors import Conflict, Invalid, Refused, Unreachable
from tui.model.plan import Step, Target
from tui.model.template import same_template, without_hash
from tui.wire import sync_policy
from tui.wire.kinds import KINDS
from tui.wire.sync_operation import (
    has_ticket,
    refresh_patch,
    refreshed,
    sync_patch,
    terminate_patch,
    terminating,
)

if TYPE_CHECKING:
    from tui.wire.server import Server

Object = dict[str, Any]

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
_STRATEGIC = "application/strategic-merge-patch+json"
_JSON_PATCH = "application/json-patch+json"
_MERGE_PATCH = "application/merge-patch+json"
KEPT_ANNOTATIONS = (  # an undo takes these from the Deployment, all others from the ReplicaSet (facts 2.2)
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
)


@dataclass(frozen=True, slots=True)
class Write:
    """One request that is ready to go. `landed` says of a later state whether it took effect."""

    content_type: str
    body: Any
    landed: Callable[[Object], bool]
    method: str = "PATCH"
    before: str = ""  # what it replaces, for the journal


async def read(server: Server, kind: str, namespace: str, name: str) -> Object:
    """The object as it is now; Gone when there is none of that name."""
    answer = await server.request("GET", _path(kind, namespace, name))
    return _object(answer.body, server)


async def restart(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """As `kubectl rollout restart`, but bound to the version that was read (facts 2.1)."""
    template = fresh["spec"]["template"]
    stamp = _stamp(at)
    if _annotations(template).get(RESTARTED_AT) == stamp:  # a second restart in one second would be empty
        stamp = _stamp(at + 1)
    body = {
        "metadata": {"resourceVersion": fresh["metadata"]["resourceVersion"]},
        "spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: stamp}}}},
    }

    def landed(now: Object) -> bool:
        return _annotations(now["spec"]["template"]).get(RESTARTED_AT) == stamp

    return Write(_STRATEGIC, body, landed)


async def roll_back(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """As `kubectl rollout undo`, but bound to the version that was read (facts 2.2 and 2.3)."""
    kind = "ReplicaSet" if step.target.kind == "Deployment" else "ControllerRevision"
    name = str(step.arguments["revision_name"])
    past = await read(server, kind, step.target.namespace, name)
    if past["metadata"]["uid"] != step.arguments["revision_uid"]:
        raise Refused(f"{kind} {name} was replaced while you looked", "look at the revisions again")
    if kind == "ReplicaSet":
        return _undo_deployment(past, fresh)
    return _undo_set(past, fresh)


def _undo_deployment(past: Object, fresh: Object) -> Write:
    template = without_hash(past["spec"]["template"])
    kept = {key: value for key, value in _annotations(fresh).items() if key in KEPT_ANNOTATIONS}
    taken = {key: value for key, value in _annotations(past).items() if key not in KEPT_ANNOTATIONS}
    # "add" on an existing member replaces it, and does not fail when the object has no annotations at all
    body = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": fresh["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "add", "path": "/metadata/annotations", "value": kept | taken},
    ]
    return Write(_JSON_PATCH, body, lambda now: same_template(now["spec"]["template"], template))


def _undo_set(past: Object, fresh: Object) -> Write:
    body = dict(past["data"])
    body["metadata"] = {"resourceVersion": fresh["metadata"]["resourceVersion"]}
    template = dict(past["data"]["spec"]["template"])
    template.pop("$patch", None)
    return Write(_STRATEGIC, body, lambda now: same_template(now["spec"]["template"], template))


async def delete_pod(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """As `kubectl delete pod`, but of that identity only; the grace period is the pod's own."""
    body = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "preconditions": {"uid": step.target.uid},
        "propagationPolicy": "Background",
    }

    def landed(now: Object) -> bool:
        return bool(now["metadata"].get("deletionTimestamp"))

    return Write("application/json", body, landed, "DELETE")


async def seal(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """Ciphertext of some keys of a SealedSecret; its other keys, and all else of it, stay."""
    encrypted = dict(step.arguments["encrypted"])
    body = {
        "metadata": {"resourceVersion": fresh["metadata"]["resourceVersion"]},
        "spec": {"encryptedData": encrypted},
    }

    def landed(now: Object) -> bool:
        return encrypted.items() <= (now["spec"].get("encryptedData") or {}).items()

    return Write(_MERGE_PATCH, body, landed)


async def sync(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """An operation of an Application, bound to the version that was read (facts 2a)."""
    ticket = str(step.arguments["ticket"])
    return Write(_MERGE_PATCH, sync_patch(fresh, step.arguments), lambda now: has_ticket(now, ticket))


async def refresh(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """Asks Argo CD to compare now."""
    return Write(_MERGE_PATCH, refresh_patch(step.deed == "refresh-hard", at), lambda now: refreshed(now, at))


async def terminate(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """Ends the operation that the operator saw, not another one."""
    started = float(step.arguments["started"])
    return Write(_MERGE_PATCH, terminate_patch(fresh, started), lambda now: terminating(now, started))


async def hold(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """Takes automated sync away and keeps its block in an annotation."""
    body = sync_policy.hold_patch(fresh, f"{step.arguments['who']} {_stamp(at)}")
    return Write(_MERGE_PATCH, body, lambda now: bool(sync_policy.held(now)), before=sync_policy.kept(fresh))


async def release(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """Gives automated sync back as it was."""
    seen = str(step.arguments["held"])
    body = sync_policy.release_patch(fresh, seen)
    return Write(_JSON_PATCH, body, lambda now: not sync_policy.held(now), before=seen)


async def argo_roll_back(server: Server, step: Step, fresh: Object, at: float) -> Write:
    """An operation to a deployment of the history, without hooks, bound to the version that was read."""
    asked = step.arguments
    body = sync_policy.rollback_patch(fresh, int(asked["entry"]), str(asked["commit"]), str(asked["who"]))
    return Write(_MERGE_PATCH, body, lambda now: sync_policy.has_operation(now, body["operation"]))


DEEDS: Mapping[str, Callable[[Server, Step, Object, float], Awaitable[Write]]] = {
    "restart": restart,
    "roll-back": roll_back,
    "delete-pod": delete_pod,
    "seal": seal,
    "rotate": seal,
    "sync": sync,
    "refresh": refresh,
    "refresh-hard": refresh,
    "terminate": terminate,
    "hold": hold,
    "release": release,
    "argo-roll-back": argo_roll_back,
}


async def create(server: Server, target: Target, thing: Object) -> Object:
    """Makes it; Conflict when there is one of that name, Unknown when no answer came."""
    answer = await server.request(
        "POST",
        _path(target.kind, target.namespace, ""),
        params={"fieldManager": "deploytui"},
        headers={"Content-Type": "application/json"},
        content=json.dumps(thing, separators=(",", ":")).encode(),
    )
    return _object(answer.body, server)


async def send(server: Server, target: Target, write: Write, version: str) -> Object:
    """Sends it once; Conflict when the object is no longer at `version`, Unknown when no answer came."""
    path = _path(target.kind, target.namespace, target.name)
    try:
        answer = await server.request(
            write.method,
            path,
            params={"fieldManager": "deploytui"} if write.method == "PATCH" else None,
            headers={"Content-Type": write.content_type},
            content=json.dumps(write.body, separators=(",", ":")).encode(),
        )
    except Invalid as error:
        if write.content_type != _JSON_PATCH:
            raise
        # The answer to a failed test says 422 and little more: whether that was it, the version tells.
        now = await read(server, target.kind, target.namespace, target.name)
        if now["metadata"]["resourceVersion"] == version:
            raise
        raise Conflict(f"{target.words} changed under the write") from error
    if write.method == "DELETE":  # the answer may be the object as well as a Status
        return {"metadata": {}}
    return _object(answer.body, server)


def _annotations(thing: Object) -> dict[str, str]:
    return (thing.get("metadata") or {}).get("annotations") or {}


def _path(kind: str, namespace: str, name: str) -> str:
    return KINDS[kind].url(namespace, name)


def _object(body: bytes, server: Server) -> Object:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "metadata" not in found:
        raise Unreachable(f"{server.place} answered something that is no object", "is a proxy in between?")
    return found


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
