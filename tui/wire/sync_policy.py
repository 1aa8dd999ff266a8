"""What is written into an Application's sync policy and, for a rollback, its operation (facts 2a); pure."""

from __future__ import annotations

import json
from typing import Any

from tui.errors import Refused
from tui.model.application import HELD, HELD_BY
from tui.model.rolled_back import FROM

Object = dict[str, Any]

_ANNOTATIONS = "/metadata/annotations/"
_RUNNING = ("Running", "Terminating")


def automated(thing: Object) -> Object | None:
    """The block of an Application that syncs by itself; None when it does not (`enabled: false` neither)."""
    block = _policy(thing).get("automated")
    if not isinstance(block, dict) or block.get("enabled") is False:
        return None
    return block


def kept(thing: Object) -> str:
    """The block as text: what `hold` writes into the annotation and the journal."""
    return json.dumps(automated(thing), sort_keys=True, separators=(",", ":"))


def hold_patch(thing: Object, by: str) -> Object:
    """A merge patch. The block goes away whole: `enabled: false` means nothing to servers before 3.2.

    `by` says who held it and when, for those who come later.
    """
    name = thing["metadata"]["name"]
    if automated(thing) is None:
        raise Refused(f"{name} does not sync by itself any more", "nothing was written; look again")
    if held(thing):
        raise Refused(f"{name} is held already", "release it first, with H")
    return {
        "metadata": {
            "resourceVersion": thing["metadata"]["resourceVersion"],
            "annotations": {HELD: kept(thing), HELD_BY: by},
        },
        "spec": {"syncPolicy": {"automated": None}},
    }


def release_patch(thing: Object, seen: str) -> list[Object]:
    """A JSON patch: a merge patch would mix the block with one that was written meanwhile."""
    name = thing["metadata"]["name"]
    if not held(thing) or held(thing) != seen:
        raise Refused(f"what is kept of {name} changed while you looked", "nothing was written; look again")
    try:
        block = json.loads(seen)
    except ValueError:
        block = None
    if not isinstance(block, dict):
        raise Refused(f"what was kept in {HELD} can't be read", "look at it with y")
    patch: list[Object] = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": thing["metadata"]["resourceVersion"]}
    ]
    if not isinstance(thing["spec"].get("syncPolicy"), dict):
        patch.append({"op": "add", "path": "/spec/syncPolicy", "value": {}})
    patch.append({"op": "add", "path": "/spec/syncPolicy/automated", "value": block})
    there = thing["metadata"]["annotations"]
    ours = [name for name in (HELD, HELD_BY) if name in there]
    return patch + [{"op": "remove", "path": _ANNOTATIONS + name.replace("/", "~1")} for name in ours]


def rollback_patch(thing: Object, entry: int, seen: str, who: str) -> Object:
    """The operation that Argo CD's own server writes, to the history entry of that id; a merge patch.

    `seen` is the commit that the operator saw in it (several: with blanks between).
    """
    meta, status = thing["metadata"], thing.get("status") or {}
    _may_begin(thing)
    history = status.get("history") or []
    found = next((one for one in history if one.get("id") == entry), None)
    if found is None:
        raise Refused(f"{meta['name']} has no deployment {entry} in its history any more", "look again")
    if commits(found) != seen:
        raise Refused(f"deployment {entry} of {meta['name']} is another one now", "look again")
    sync: Object = {"prune": False, "dryRun": False, "syncStrategy": {"apply": {}}}
    if found.get("sources"):
        sync |= {"revisions": found.get("revisions") or [], "sources": found["sources"]}
    else:
        sync |= {"revision": found.get("revision", ""), "source": found.get("source")}
    options = _policy(thing).get("syncOptions")
    if options:
        sync["syncOptions"] = options
    now = commits(history[-1])
    operation: Object = {
        "initiatedBy": {"username": f"{who} (deploytui)"},
        "info": [{"name": FROM, "value": now or "unknown"}],
        "sync": sync,
    }
    return {
        "metadata": {"resourceVersion": meta["resourceVersion"]},
        "operation": operation,
        "status": {"operationState": None},
    }


def has_operation(thing: Object, asked: Object) -> bool:
    """Whether that operation is under way, or was the last one: what a lost answer is judged by."""
    state = (thing.get("status") or {}).get("operationState") or {}
    return any(
        isinstance(one, dict)
        and one.get("info") == asked["info"]
        and commits(one.get("sync") or {}) == commits(asked["sync"])
        for one in (thing.get("operation"), state.get("operation"))
    )


def commits(entry: Object) -> str:
    """The commit of a history entry or a sync, of several sources with blanks between."""
    return str(entry.get("revision") or " ".join(entry.get("revisions") or ()))


def held(thing: Object) -> str:
    """What the annotation says; "" when there is none."""
    return str((thing["metadata"].get("annotations") or {}).get(HELD, ""))


def _may_begin(thing: Object) -> None:
    name = thing["metadata"]["name"]
    state = (thing.get("status") or {}).get("operationState") or {}
    if thing.get("operation") is not None or state.get("phase") in _RUNNING:
        raise Refused(f"another operation of {name} began meanwhile", "wait for its end, or terminate it")
    if automated(thing) is not None:
        raise Refused(f"{name} syncs by itself: it would deploy forward at once", "hold it first, with H")


def _policy(thing: Object) -> Object:
    found = thing["spec"].get("syncPolicy")
    return found if isinstance(found, dict) else {}
