"""Sync, refresh, terminate and roll back through Argo CD's server: with its token, without rights on objects.

The server writes what `sync_operation` would, after checks of its own; it takes no version to be bound to,
and refuses where an operation runs already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tui.errors import Refused
from tui.model.plan import Step
from tui.model.sync_plan import TICKET
from tui.wire.argo_rest import ArgoRest
from tui.wire.sync_policy import rollback_patch

Object = dict[str, Any]


async def send(rest: ArgoRest, step: Step, fresh: Object) -> None:
    """Sends it once; Unknown when no answer came. `fresh` is the Application as it was just read."""
    target = step.target
    path = f"/api/v1/applications/{quote(target.name, safe='')}"
    place = {"appNamespace": target.namespace, "project": str(fresh["spec"].get("project") or "default")}
    if step.deed == "sync":
        await rest.request("POST", f"{path}/sync", content=place | sync_body(step.arguments, fresh))
    elif step.deed == "terminate":
        await rest.request("DELETE", f"{path}/operation", place)
    elif step.deed in ("refresh", "refresh-hard"):
        how = "hard" if step.deed == "refresh-hard" else "normal"
        await rest.request("GET", path, place | {"refresh": how})
    elif step.deed == "argo-roll-back":
        await rest.request("POST", f"{path}/rollback", content=place | rollback_body(step.arguments, fresh))
    else:
        raise Refused(
            f"{step.deed} can't be done through Argo CD's server", "it takes the right on applications"
        )


def rollback_body(asked: Mapping[str, Any], fresh: Object) -> Object:
    """Refused by the same rules as a rollback that is written into the object; no hooks run by it either."""
    entry = int(asked["entry"])
    rollback_patch(fresh, entry, str(asked["commit"]), str(asked["who"]))
    return {"name": fresh["metadata"]["name"], "id": entry, "prune": False, "dryRun": False}


def sync_body(asked: Mapping[str, Any], fresh: Object) -> Object:
    """In the server's own words for what an operation says; `asked` as `sync_patch` takes it."""
    policy = fresh["spec"].get("syncPolicy") or {}
    infos = [{"name": TICKET, "value": str(asked["ticket"])}]
    if asked.get("reason"):
        infos.insert(0, {"name": "Reason", "value": str(asked["reason"])})
    body: Object = {
        "prune": bool(asked.get("prune")),
        "dryRun": False,
        "strategy": {"apply": {}} if asked.get("apply_only") else {"hook": {}},
        "infos": infos,
    }
    if not policy.get("automated"):  # it takes no commit for what syncs by itself
        if asked.get("revisions"):
            commits = list(asked["revisions"])
            body |= {"revisions": commits, "sourcePositions": list(range(1, len(commits) + 1))}
        elif asked.get("revision"):
            body["revision"] = asked["revision"]
    if asked.get("resources"):
        keys = ("group", "kind", "namespace", "name")
        body["resources"] = [dict(zip(keys, each, strict=True)) for each in asked["resources"]]
    if policy.get("syncOptions"):
        body["syncOptions"] = {"items": policy["syncOptions"]}
    if policy.get("retry"):
        body["retryStrategy"] = policy["retry"]
    return body
