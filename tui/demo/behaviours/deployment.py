"""The Deployment controller: rolls from one ReplicaSet to the next, or takes all down first, and scales."""

from __future__ import annotations

from tui.demo.behaviours.common import Controller, Key, Object, annotations_of, condition, deleting, key_of
from tui.demo.behaviours.deployment_status import deadline, judged
from tui.demo.behaviours.revision import (
    DESIRED,
    REVISION,
    annotate,
    limits,
    make_set,
    new_set,
    owned_sets,
    replicas_of,
    revision_of,
    set_progress,
    size,
)


class Deployments(Controller):
    """One reconcile makes at most one move of each kind, as the real one does."""

    kind = "Deployment"
    children = frozenset({"ReplicaSet"})

    def reconcile(self, key: Key, now: float) -> None:
        """One move towards the template and the number of replicas."""
        deployment = self.cluster.get(*key)
        if deployment is None or deleting(deployment):
            return
        owned = owned_sets(self.cluster, deployment)
        if deployment["spec"].get("paused") or self._resized(deployment, owned):
            self._pause(key, deployment, now)
            self._scale(deployment, owned)
        else:
            fresh = self._fresh(key, deployment, owned, now)
            if fresh is not None:
                if (deployment["spec"].get("strategy") or {}).get("type") == "Recreate":
                    self._recreate(key, fresh)
                else:
                    self._roll(key, fresh)
        self._finish(key, now)

    def _resized(self, deployment: Object, owned: list[Object]) -> bool:
        """Whether the wish changed since it was noted on a ReplicaSet that has pods."""
        return any(
            annotations_of(each).get(DESIRED, str(replicas_of(deployment))) != str(replicas_of(deployment))
            for each in owned
            if replicas_of(each)
        )

    def _pause(self, key: Key, deployment: Object, now: float) -> None:
        old = condition(deployment.get("status") or {}, "Progressing")
        paused = bool(deployment["spec"].get("paused"))
        draft = self.cluster.edit(*key)
        status = draft.setdefault("status", {})
        if paused and (old is None or old["reason"] != "DeploymentPaused"):
            set_progress(status, "Unknown", "DeploymentPaused", "Deployment is paused", now)
        elif not paused and old is not None and old["reason"] == "DeploymentPaused":
            set_progress(status, "Unknown", "DeploymentResumed", "Deployment is resumed", now)
        self.cluster.update(draft)

    def _scale(self, deployment: Object, owned: list[Object]) -> None:
        """ReplicaSets with pods share a change of size in proportion; the largest gets the remainder."""
        active = [each for each in owned if replicas_of(each)]
        fresh = new_set(deployment, owned)
        wish = replicas_of(deployment)
        if not active:
            active = [fresh] if fresh is not None else owned[-1:]
        if not active:
            return
        if len(active) == 1:
            self._resize(deployment, active[0], wish)
            return
        total = sum(replicas_of(each) for each in active)
        room = wish + limits(deployment)[0] if wish else 0
        left = room - total
        active.sort(key=lambda each: (-replicas_of(each), each["metadata"]["name"]))
        shares = [round(replicas_of(each) * room / total) - replicas_of(each) for each in active]
        shares[0] += left - sum(shares)
        for each, change in zip(active, shares, strict=True):
            self._resize(deployment, each, max(replicas_of(each) + change, 0))

    def _fresh(self, key: Key, deployment: Object, owned: list[Object], now: float) -> Object | None:
        """The ReplicaSet of the present template, renumbered; None when it was created just now."""
        found = new_set(deployment, owned)
        rest = [each for each in owned if found is None or key_of(each) != key_of(found)]
        highest = max((revision_of(each) for each in rest), default=0)
        draft = self.cluster.edit(*key)
        status = draft.setdefault("status", {})
        if found is None:
            count = self._room(deployment, owned)
            if (deployment["spec"].get("strategy") or {}).get("type") == "Recreate" and any(
                replicas_of(each) for each in owned
            ):
                count = 0
            made = make_set(self.cluster, deployment, highest, count)
            name = made["metadata"]["name"]
            self.cluster.create(made)
            set_progress(status, "True", "NewReplicaSetCreated", f'Created new replica set "{name}"', now)
            if count:
                said = f"Scaled up replica set {name} from 0 to {count}"
                self.cluster.event(deployment, "Normal", "ScalingReplicaSet", said, "deployment-controller")
            number = highest + 1
        else:
            changed = self.cluster.edit(*key_of(found))
            annotate(deployment, changed, highest)
            found = self.cluster.update(changed)
            number = revision_of(found)
            if condition(status, "Progressing") is None:
                said = f'Found new replica set "{found["metadata"]["name"]}"'
                set_progress(status, "True", "FoundNewReplicaSet", said, now)
        draft["metadata"].setdefault("annotations", {})[REVISION] = str(number)
        self.cluster.update(draft)
        return found

    def _room(self, deployment: Object, owned: list[Object]) -> int:
        """How many pods the new ReplicaSet may begin with."""
        total = sum(replicas_of(each) for each in owned)
        return max(min(replicas_of(deployment) + limits(deployment)[0] - total, replicas_of(deployment)), 0)

    def _roll(self, key: Key, fresh: Object) -> None:
        """Up within maxSurge, else down within maxUnavailable."""
        deployment = self.cluster.get(*key)
        if deployment is None:
            return
        owned = owned_sets(self.cluster, deployment)
        old = [each for each in owned if key_of(each) != key_of(fresh)]
        wish, have = replicas_of(deployment), replicas_of(fresh)
        if have > wish:
            self._resize(deployment, fresh, wish)
            return
        room = wish + limits(deployment)[0] - sum(replicas_of(each) for each in owned)
        if have < wish and room > 0:
            self._resize(deployment, fresh, have + min(room, wish - have))
            return
        self._shrink(deployment, fresh, old)

    def _shrink(self, deployment: Object, fresh: Object, old: list[Object]) -> None:
        least = replicas_of(deployment) - limits(deployment)[1]
        unavailable = replicas_of(fresh) - _available(fresh)
        total = replicas_of(fresh) + sum(replicas_of(each) for each in old)
        most = total - least - unavailable
        if most <= 0:
            return
        # Old pods that do not serve go first: that mends a rollout that was stuck.
        for each in old:
            sick = min(replicas_of(each) - _available(each), most)
            if sick > 0:
                self._resize(deployment, each, replicas_of(each) - sick)
                most -= sick
        current = [self.cluster.get(*key_of(each)) for each in old]
        serving = _available(fresh) + sum(_available(each) for each in current if each)
        spare = min(serving - least, most)
        for fixed in current:
            if spare <= 0 or fixed is None:
                break
            fewer = min(replicas_of(fixed), spare)
            if fewer:
                self._resize(deployment, fixed, replicas_of(fixed) - fewer)
                spare -= fewer

    def _recreate(self, key: Key, fresh: Object) -> None:
        deployment = self.cluster.get(*key)
        if deployment is None:
            return
        old = [each for each in owned_sets(self.cluster, deployment) if key_of(each) != key_of(fresh)]
        for each in old:
            if replicas_of(each):
                self._resize(deployment, each, 0)
        if any(self.cluster.owned(each["metadata"]["uid"], "Pod") for each in old):
            return
        if replicas_of(fresh) != replicas_of(deployment):
            self._resize(deployment, fresh, replicas_of(deployment))

    def _resize(self, deployment: Object, replica_set: Object, count: int) -> None:
        draft = self.cluster.edit(*key_of(replica_set))
        before = replicas_of(draft)
        draft["spec"]["replicas"] = count
        size(deployment, draft)
        self.cluster.update(draft)
        if count != before:
            word = "up" if count > before else "down"
            said = f"Scaled {word} replica set {draft['metadata']['name']} from {before} to {count}"
            self.cluster.event(deployment, "Normal", "ScalingReplicaSet", said, "deployment-controller")

    def _finish(self, key: Key, now: float) -> None:
        deployment = self.cluster.get(*key)
        if deployment is None:
            return
        owned = owned_sets(self.cluster, deployment)
        fresh = new_set(deployment, owned)
        status, complete = judged(deployment, fresh, owned, now)
        self.write_status(key, status)
        at = deadline(deployment, status)
        if at is not None and at > now:
            self.due(at, key)
        pods_left = fresh is not None and any(
            self.cluster.owned(each["metadata"]["uid"], "Pod") for each in owned if each is not fresh
        )
        if pods_left and (deployment["spec"].get("strategy") or {}).get("type") == "Recreate":
            self.due(now + 0.5, key)
        if complete and fresh is not None:
            self._forget_old(deployment, [each for each in owned if each is not fresh])

    def _forget_old(self, deployment: Object, old: list[Object]) -> None:
        idle = [
            each for each in old if not replicas_of(each) and not (each.get("status") or {}).get("replicas")
        ]
        idle.sort(key=revision_of)
        for each in idle[: max(len(idle) - int(deployment["spec"].get("revisionHistoryLimit", 10)), 0)]:
            self.cluster.delete(*key_of(each))


def _available(replica_set: Object) -> int:
    return int((replica_set.get("status") or {}).get("availableReplicas", 0))
