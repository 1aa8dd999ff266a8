"""POST, PUT, PATCH and DELETE of objects and their subresources, with the API server's refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import yaml
from starlette.responses import Response

from tui.demo.ask import Ask, answer
from tui.demo.cluster import AlreadyExists
from tui.demo.deletes import delete, evict
from tui.demo.patch import Malformed, Unfit, json_patch, merge_patch
from tui.demo.scale import scale_of
from tui.demo.status import already_exists, conflict, invalid, not_found, refuse
from tui.demo.strategic import strategic_patch

Object = dict[str, Any]

_JSON, _MERGE = "application/json-patch+json", "application/merge-patch+json"
_STRATEGIC, _APPLY = "application/strategic-merge-patch+json", "application/apply-patch+yaml"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_FIRST_STATUS: dict[str, Object] = {  # what the real types write even when nothing is known yet
    "ReplicaSet": {"replicas": 0},
    "StatefulSet": {"replicas": 0, "availableReplicas": 0},
    "DaemonSet": dict.fromkeys(
        ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"), 0
    ),
}
_METADATA_KEPT = ("uid", "creationTimestamp", "name", "namespace", "generation", "deletionTimestamp")


def write(ask: Ask) -> Response:
    """Carries out one write; Refused otherwise."""
    if ask.method == "POST":
        return evict(ask) if ask.target.subresource == "eviction" else _create(ask)
    if ask.method == "DELETE":
        return delete(ask)
    if ask.method == "PUT" and ask.target.name:
        return _put(ask)
    if ask.method == "PATCH" and ask.target.name:
        return _patch(ask)
    raise refuse(405, "the server does not allow this method on the requested resource")


def _create(ask: Ask) -> Response:
    target = ask.target
    if target.name:
        raise refuse(405, "the server does not allow this method on the requested resource")
    obj = ask.json()
    _check_kind(ask, obj)
    meta = obj.setdefault("metadata", {})
    cluster = ask.environment.cluster
    if target.kind.namespaced:
        if meta.setdefault("namespace", target.namespace) != target.namespace:
            raise refuse(
                400, "the namespace of the provided object does not match the namespace sent on the request"
            )
        if cluster.get("Namespace", "", target.namespace) is None:
            raise refuse(
                404,
                f'namespaces "{target.namespace}" not found',
                details={"name": target.namespace, "kind": "namespaces"},
            )
    if not meta.get("name") and not meta.get("generateName"):
        raise invalid(
            target.kind, "", [("metadata.name", "Required value: name or generateName is required")]
        )
    if meta.get("name"):
        _check_name(ask, meta["name"])
    for name in ("uid", "resourceVersion", "generation", "creationTimestamp"):
        meta.pop(name, None)
    if "status" in target.kind.subresources:
        obj["status"] = dict(_FIRST_STATUS.get(target.kind.name, {}))
    _number_template(obj, None)
    if ask.params.get("dryRun") == "All":
        return answer(obj, 201)
    try:
        made = cluster.create(obj)
    except AlreadyExists:
        raise already_exists(target.kind, meta["name"]) from None
    if target.kind.name == "Namespace":
        _furnish(ask, made["metadata"]["name"])
    return answer(made, 201)


def _furnish(ask: Ask, namespace: str) -> None:
    """What controllers put into every new namespace."""
    where = {"namespace": namespace}
    account = {"kind": "ServiceAccount", "metadata": {"name": "default", **where}}
    ca = {"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt", **where}, "data": {"ca.crt": "..."}}
    for obj in (account, ca):
        ask.environment.cluster.create(obj)


def _check_name(ask: Ask, name: str) -> None:
    if not _NAME.fullmatch(name):
        problem = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
            "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
            f"validation is '{_NAME.pattern}')"
        )
        raise invalid(ask.target.kind, name, [("metadata.name", f'Invalid value: "{name}": {problem}')])


def _check_kind(ask: Ask, obj: Object) -> None:
    kind = ask.target.kind
    said = obj.setdefault("kind", kind.name), obj.setdefault("apiVersion", kind.api_version)
    if said != (kind.name, kind.api_version):
        raise refuse(
            400,
            f"{said[0]} in version {said[1]!r} cannot be handled as a {kind.name}: "
            f"the API version in the data ({said[1]}) does not match the expected ({kind.api_version})",
        )


def _current(ask: Ask) -> Object:
    target = ask.target
    space = target.namespace if target.kind.namespaced else ""
    found = ask.environment.cluster.get(target.kind.name, space, target.name)
    if found is None:
        raise not_found(target.kind, target.name)
    return found


def _put(ask: Ask) -> Response:
    before, obj = _current(ask), ask.json()
    if ask.target.subresource == "scale":
        return _scaled(ask, before, obj)
    _check_kind(ask, obj)
    return _store(ask, before, obj)


def _patch(ask: Ask) -> Response:
    content_type = ask.headers.get("content-type", "").partition(";")[0].strip()
    if content_type == _APPLY:
        return _apply(ask)
    before = _current(ask)
    scale = ask.target.subresource == "scale"
    base = scale_of(before) if scale else before
    obj = _patched(ask, content_type, base)
    return _scaled(ask, before, obj) if scale else _store(ask, before, obj)


def _patched(ask: Ask, content_type: str, base: Object) -> Object:
    patches: dict[str, Callable[[Object, Any], Object]] = {
        _JSON: json_patch,
        _MERGE: merge_patch,
        _STRATEGIC: strategic_patch,
    }
    if ask.target.kind.custom:
        del patches[_STRATEGIC]
    if content_type not in patches:
        raise refuse(415, "415: Unsupported Media Type", details={})
    try:
        return patches[content_type](base, msgspec.json.decode(ask.body))
    except Unfit:
        message = "the server rejected our request due to an error in our request"
        raise refuse(422, message, details={}) from None
    except (Malformed, msgspec.DecodeError, AttributeError, TypeError) as error:
        raise refuse(400, f"error decoding patch: {error}") from None


def _apply(ask: Ask) -> Response:
    """Server-side apply without field owners: what is given is set, the rest stays."""
    try:
        obj = yaml.safe_load(ask.body)
    except yaml.YAMLError as error:
        raise refuse(400, f"error decoding YAML: {error}") from None
    if not isinstance(obj, dict):
        raise refuse(400, "error decoding YAML: no object")
    if "fieldManager" not in ask.params:
        raise refuse(422, "PatchOptions.meta.k8s.io is invalid: fieldManager: Required value")
    _check_kind(ask, obj)
    target, cluster = ask.target, ask.environment.cluster
    before = cluster.get(target.kind.name, target.namespace if target.kind.namespaced else "", target.name)
    if before is not None:
        return _store(ask, before, strategic_patch(before, obj))
    obj.setdefault("metadata", {}).update({"name": target.name, "namespace": target.namespace})
    if ask.params.get("dryRun") == "All":
        return answer(obj, 201)
    return answer(cluster.create(obj), 201)


def _scaled(ask: Ask, before: Object, scale: Object) -> Response:
    _check_versions(ask, before, scale)
    made = {**before, "spec": {**before["spec"], "replicas": (scale.get("spec") or {}).get("replicas", 0)}}
    if ask.params.get("dryRun") == "All":
        return answer(scale_of(made))
    return answer(scale_of(ask.environment.cluster.update(made)))


def _check_versions(ask: Ask, before: Object, obj: Object) -> None:
    kind, meta, old = ask.target.kind, obj.get("metadata") or {}, before["metadata"]
    if meta.get("uid") and meta["uid"] != old["uid"]:
        value = f'Invalid value: "{meta["uid"]}": field is immutable'
        raise invalid(kind, old["name"], [("metadata.uid", value)])
    if meta.get("resourceVersion") and meta["resourceVersion"] != old["resourceVersion"]:
        raise conflict(kind, old["name"])


def _store(ask: Ask, before: Object, obj: Object) -> Response:
    kind, old = ask.target.kind, before["metadata"]
    _check_versions(ask, before, obj)
    meta = obj.get("metadata")
    if not isinstance(meta, dict) or meta.get("name", old["name"]) != old["name"]:
        name = meta.get("name", "") if isinstance(meta, dict) else ""
        raise refuse(
            400,
            f"the name of the object ({name}) does not match the name on the URL ({old['name']})",
        )
    meta = {**meta, **{name: old[name] for name in _METADATA_KEPT if name in old}}
    obj = {**obj, "metadata": meta}
    if ask.target.subresource == "status":
        obj = {**before, "status": obj.get("status")}
    elif "status" in kind.subresources:
        obj.pop("status", None)
        if "status" in before:
            obj["status"] = before["status"]
    _check_immutable(ask, before, obj)
    _number_template(obj, before)
    if ask.params.get("dryRun") == "All":
        return answer(obj)
    return answer(ask.environment.cluster.update(obj))


def _number_template(obj: Object, before: Object | None) -> None:
    """A DaemonSet's annotation from the time before ControllerRevisions, which the real one still counts."""
    if obj["kind"] != "DaemonSet":
        return
    name = "deprecated.daemonset.template.generation"
    number = int((before["metadata"].get("annotations") or {}).get(name, 0)) if before else 0
    same = before is not None and before["spec"].get("template") == obj["spec"].get("template")
    obj["metadata"]["annotations"] = {
        **(obj["metadata"].get("annotations") or {}),
        name: str(number if same else number + 1),
    }


def _check_immutable(ask: Ask, before: Object, obj: Object) -> None:
    kind = ask.target.kind
    fields: tuple[str, ...] = ("selector",) if kind.group == "apps" else ()
    if kind.name == "Job":
        fields = ("selector", "template", "completions")
    old, new = before.get("spec") or {}, obj.get("spec") or {}
    changed = [field for field in fields if old.get(field) != new.get(field)]
    if changed:
        causes = [
            (
                f"spec.{field}",
                f"Invalid value: {msgspec.json.encode(new.get(field)).decode()}: field is immutable",
            )
            for field in changed
        ]
        raise invalid(kind, before["metadata"]["name"], causes)
