"""ControllerRevisions: how StatefulSets and DaemonSets keep their former pod templates."""

from __future__ import annotations

from tui.demo.behaviours.common import Object, annotations_of, key_of, owner_reference, plain, template_hash
from tui.demo.cluster import Cluster

_KEEP_OUT = ("kubectl.kubernetes.io/last-applied-configuration",)


def revisions_of(cluster: Cluster, owner: Object) -> list[Object]:
    """Its revisions by number."""
    return sorted(
        cluster.owned(owner["metadata"]["uid"], "ControllerRevision"), key=lambda each: each["revision"]
    )


def make_revision(owner: Object, number: int) -> Object:
    """The revision of the owner's present template, not created yet."""
    meta, template = owner["metadata"], owner["spec"]["template"]
    code = template_hash(template)
    kept = {name: value for name, value in annotations_of(owner).items() if name not in _KEEP_OUT}
    if owner["kind"] == "DaemonSet":
        kept["deprecated.daemonset.template.generation"] = str(meta.get("generation", 1))
    labels = (template.get("metadata") or {}).get("labels") or {}
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": f"{meta['name']}-{code}",
            "namespace": meta["namespace"],
            "labels": {**labels, "controller.kubernetes.io/hash" if _is_set(owner) else _HASH: code},
            "annotations": kept,
            "ownerReferences": [owner_reference(owner)],
        },
        "data": {"spec": {"template": {**template, "$patch": "replace"}}},
        "revision": number,
    }


_HASH = "controller-revision-hash"


def sync_revision(cluster: Cluster, owner: Object) -> Object:
    """The revision of the present template: made, or an old one brought to the front with a new number."""
    known = revisions_of(cluster, owner)
    highest = max((each["revision"] for each in known), default=0)
    wanted = plain(owner["spec"]["template"])
    for each in known:
        kept = {name: value for name, value in each["data"]["spec"]["template"].items() if name != "$patch"}
        if plain(kept) != wanted:
            continue
        draft = cluster.edit(*key_of(each))
        cause = annotations_of(owner).get("kubernetes.io/change-cause")
        if cause is not None:
            draft["metadata"].setdefault("annotations", {})["kubernetes.io/change-cause"] = cause
        if each["revision"] < highest:
            draft["revision"] = highest + 1
        return cluster.update(draft)
    return cluster.create(make_revision(owner, highest + 1))


def forget_old(cluster: Cluster, owner: Object, live: set[str]) -> None:
    """Deletes the oldest revisions beyond revisionHistoryLimit that no pod uses (`live`: names)."""
    idle = [each for each in revisions_of(cluster, owner) if each["metadata"]["name"] not in live]
    for each in idle[: max(len(idle) - int(owner["spec"].get("revisionHistoryLimit", 10)), 0)]:
        cluster.delete(*key_of(each))


def _is_set(owner: Object) -> bool:
    return bool(owner["kind"] == "StatefulSet")
