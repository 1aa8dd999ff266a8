"""DELETE of one object or a collection, and the eviction of a pod."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from tui.demo.ask import Ask, answer
from tui.demo.lists import present
from tui.demo.status import conflict, not_found, refuse

Object = dict[str, Any]

_FINALIZERS = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}


def delete(ask: Ask) -> Response:
    """The object that is being deleted, or a Status of success when it is gone."""
    options = ask.json() if ask.body.strip() else {}
    if not ask.target.name:
        for each in present(ask):
            _delete(ask, each, options)
        return answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"})
    kind, space = ask.target.kind, ask.target.namespace if ask.target.kind.namespaced else ""
    found = ask.environment.cluster.get(kind.name, space, ask.target.name)
    if found is None:
        raise not_found(kind, ask.target.name)
    obj: Object = found
    _check(ask, obj, options.get("preconditions") or {})
    if ask.params.get("dryRun") == "All" or "All" in (options.get("dryRun") or ()):
        return answer(obj)
    _delete(ask, obj, options)
    left = ask.environment.cluster.get(kind.name, space, ask.target.name)
    if left is not None:
        return answer(left)
    details = {
        "name": ask.target.name,
        "group": kind.group,
        "kind": kind.plural,
        "uid": obj["metadata"]["uid"],
    }
    return answer(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Success",
            "details": {name: value for name, value in details.items() if value},
        }
    )


def _check(ask: Ask, obj: Object, wanted: Object) -> None:
    meta, kind = obj["metadata"], ask.target.kind
    if wanted.get("uid") and wanted["uid"] != meta["uid"]:
        full = f"{kind.name}.{kind.group}" if kind.group else kind.name
        text = (
            f'Operation cannot be fulfilled on {full} "{meta["name"]}": the UID in the precondition '
            f"({wanted['uid']}) does not match the UID in record ({meta['uid']}). "
            "The object might have been deleted and then recreated"
        )
        details = {"name": meta["name"], "group": kind.group, "kind": kind.name}
        raise refuse(409, text, details={name: value for name, value in details.items() if value})
    if wanted.get("resourceVersion") and wanted["resourceVersion"] != meta["resourceVersion"]:
        raise conflict(kind, meta["name"])


def _delete(ask: Ask, obj: Object, options: Object) -> None:
    cluster, meta = ask.environment.cluster, obj["metadata"]
    key = obj["kind"], meta.get("namespace", ""), meta["name"]
    policy = options.get("propagationPolicy") or ask.params.get("propagationPolicy", "Background")
    finalizer = _FINALIZERS.get(policy)
    if finalizer and finalizer not in (meta.get("finalizers") or ()):
        draft = cluster.edit(*key)
        draft["metadata"]["finalizers"] = [*(meta.get("finalizers") or ()), finalizer]
        cluster.update(draft)
    grace = options.get("gracePeriodSeconds", ask.number("gracePeriodSeconds"))
    if grace == 0 and obj["kind"] == "Pod" and not meta.get("finalizers"):
        # Forced: also one that is being deleted is gone now.
        cluster.remove(*key)
        return
    cluster.delete(*key, grace=grace)


def evict(ask: Ask) -> Response:
    """Deletes the pod unless a PodDisruptionBudget allows no disruption: 429."""
    cluster, target = ask.environment.cluster, ask.target
    pod = cluster.get("Pod", target.namespace, target.name)
    if pod is None:
        raise not_found(target.kind, target.name)
    labels = pod["metadata"].get("labels") or {}
    for budget in cluster.all("PodDisruptionBudget", target.namespace):
        wanted = ((budget["spec"].get("selector") or {}).get("matchLabels")) or {}
        meets = wanted and all(labels.get(name) == value for name, value in wanted.items())
        if meets and (budget.get("status") or {}).get("disruptionsAllowed", 1) <= 0:
            name = budget["metadata"]["name"]
            cause = {"reason": "DisruptionBudget", "message": f"The disruption budget {name} needs more pods"}
            raise refuse(
                429,
                "Cannot evict pod as it would violate the pod's disruption budget.",
                details={"causes": [cause]},
            )
    cluster.delete("Pod", target.namespace, target.name)
    return answer(
        {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201
    )
