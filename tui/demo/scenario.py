"""What scenarios are made of: commits that change manifests, patches, looks at what runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tui.demo.applications import sync_operation
from tui.demo.behaviours.argo import REFRESH
from tui.demo.behaviours.argo_task import hooks_of
from tui.demo.behaviours.common import Object, condition, deleting
from tui.demo.behaviours.revision import owned_sets
from tui.demo.behaviours.scripted import BEHAVIOUR, MIGRATIONS
from tui.demo.chart import goose
from tui.demo.cluster import Cluster
from tui.demo.patch import merge_patch
from tui.demo.repository import Commit

NAMESPACE = "argocd"
SLOW_SECONDS = 20.0
_FREEZE = {
    "kind": "deny",
    "schedule": "* * * * *",
    "duration": "1h",
    "manualSync": False,
    "timeZone": "UTC",
    "description": "Freeze",
    "applications": ["*-production"],
}
# What is done as soon as it can be: True when it is.
Later = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One Application of one cluster, and what can be brought about with it."""

    cluster: Cluster
    service: str
    environment: str

    @property
    def name(self) -> str:
        """Of the Application."""
        return f"{self.service}-{self.environment}"

    def application(self) -> Object:
        """A copy; KeyError."""
        return self.cluster.edit("Application", NAMESPACE, self.name)

    def push(self, change: Callable[[Object], None], message: str) -> Commit:
        """A commit in which every manifest of the service was changed by `change`."""
        source, repository = self.application()["spec"]["source"], self.cluster.repository
        branch, path = source["targetRevision"], source["path"]
        head = repository.head(branch)
        manifests: list[Object] = json.loads(json.dumps(head.files.get(path, ()) if head else ()))
        for manifest in manifests:
            change(manifest)
        return repository.push(branch, {path: manifests}, at=self.cluster.now(), message=message)

    def refresh(self, how: str = "normal") -> None:
        """Asks for a comparison now."""
        self._patch({"metadata": {"annotations": {REFRESH: how}}})

    def sync(self, reason: str, **more: object) -> Later:
        """Writes an operation once the one before is over."""

        def write() -> bool:
            found = self.application()
            phase = ((found.get("status") or {}).get("operationState") or {}).get("phase")
            if found.get("operation") or phase in ("Running", "Terminating"):
                return False
            operation = sync_operation(found, "scenario", reason, **more)
            self._patch({"operation": operation, "status": {"operationState": None}})
            return True

        return write

    def terminate(self) -> None:
        """Ends the running operation."""
        self._patch({"status": {"operationState": {"phase": "Terminating"}}})

    def roll_back(self) -> Later:
        """To the deployment before, without hooks; ValueError when there is none."""
        history: list[Object] = (self.application().get("status") or {}).get("history") or []
        if len(history) < 2:
            raise ValueError(f"{self.name} has no earlier deployment")
        entry = history[-2]
        what = {"revision": entry["revision"], "source": entry["source"]}
        return self.sync("rollback", prune=False, syncStrategy={"apply": {}}, **what)

    def _patch(self, patch: Object) -> None:
        self.cluster.update(merge_patch(self.application(), patch))

    def image(self) -> str:
        """Of the Deployment that Git wants."""
        source = self.application()["spec"]["source"]
        head = self.cluster.repository.head(source["targetRevision"])
        for each in head.files.get(source["path"], ()) if head else ():
            if each["kind"] == "Deployment":
                return str(each["spec"]["template"]["spec"]["containers"][0]["image"])
        raise ValueError(f"{self.name} has no Deployment")

    def deployment(self) -> Object:
        """The live one."""
        namespace = self.application()["spec"]["destination"]["namespace"]
        return self.cluster.edit("Deployment", namespace, self.service)


def set_image(version: str) -> Callable[[Object], None]:
    """Another tag for the Deployment."""

    def change(manifest: Object) -> None:
        if manifest["kind"] == "Deployment":
            template = manifest["spec"]["template"]
            container = template["spec"]["containers"][0]
            container["image"] = f"{container['image'].rpartition(':')[0]}:{version}"
            template["metadata"]["labels"]["app.kubernetes.io/version"] = version

    return change


def other_version(image: str) -> str:
    """1.0.0 and 1.1.0 by turns."""
    return "1.0.0" if image.endswith(":1.1.0") else "1.1.0"


def add_migration(name: str, seconds: float, only: str = "") -> Callable[[Object], None]:
    """One file more in the hooks (of one database with `only`), and another tag of the goose image."""

    def change(manifest: Object) -> None:
        if "PreSync" not in hooks_of(manifest):
            return
        container = manifest["spec"]["template"]["spec"]["containers"][0]
        repository, _, tag = container["image"].rpartition(":")
        database, last = tag.partition("-")[0], _last_of(container)
        if only and database != only:
            return
        container["image"] = f"{repository}:{database}-{last + 1}"
        meta = manifest["spec"]["template"]["metadata"]
        meta.setdefault("annotations", {})[BEHAVIOUR] = goose([f"{last + 1:05d}_{name}.sql"], last, seconds)

    return change


def break_migration(limit: int) -> Callable[[Object], None]:
    """Bad SQL at the end of the migrations."""

    def change(manifest: Object) -> None:
        if "PreSync" in hooks_of(manifest):
            spec = manifest["spec"]
            spec["backoffLimit"] = limit
            container = spec["template"]["spec"]["containers"][0]
            container["args"] = [re.sub(r"/migrations\S*", "/migrations-bad", container["args"][0])]
            wrong = "00090_wrong_column.sql"
            script = goose([wrong], _last_of(container), 0.4, wrong)
            spec["template"]["metadata"].setdefault("annotations", {})[BEHAVIOUR] = script

    return change


def mend_migration(manifest: Object) -> None:
    """Takes `break_migration` back."""
    if "PreSync" in hooks_of(manifest):
        spec = manifest["spec"]
        spec["backoffLimit"] = 3
        container = spec["template"]["spec"]["containers"][0]
        container["args"] = [re.sub(r"/migrations\S*", "/migrations", container["args"][0])]
        script = goose([], _last_of(container), 0.4)
        spec["template"]["metadata"].setdefault("annotations", {})[BEHAVIOUR] = script


def _last_of(container: Object) -> int:
    """The number of the last migration in a goose image, by its tag: auth_db, auth_db-5."""
    database, _, number = str(container["image"]).rpartition(":")[2].partition("-")
    return int(number) if number.isdigit() else len(MIGRATIONS.get(database, ()))


def first_hook_runs(it: Scenario) -> Object | None:
    """The Job of the first hook once a pod of it is ready."""
    namespace = it.application()["spec"]["destination"]["namespace"]
    for job in it.cluster.all("Job", namespace):
        mine = job["metadata"]["name"].startswith(f"{it.service}-") and hooks_of(job)
        if mine and not deleting(job) and (job.get("status") or {}).get("ready"):
            return job
    return None


def rolled_out(it: Scenario, image: str) -> bool:
    """Whether that image runs everywhere."""
    found = it.deployment()
    told = condition(found.get("status") or {}, "Progressing")
    done = told is not None and told.get("reason") == "NewReplicaSetAvailable"
    seen = (found.get("status") or {}).get("observedGeneration") == found["metadata"]["generation"]
    return bool(done and seen and found["spec"]["template"]["spec"]["containers"][0]["image"] == image)


def undo(it: Scenario) -> None:
    """As `kubectl rollout undo`: the template of the revision before."""
    found = it.deployment()
    before = owned_sets(it.cluster, found)[-2]["spec"]["template"]
    template = json.loads(json.dumps(before))
    template["metadata"]["labels"].pop("pod-template-hash", None)
    found["spec"]["template"] = template
    it.cluster.update(found)


def freeze(cluster: Cluster, on: bool) -> None:
    """A deny window that is active now for all of production, or its end."""
    for project in cluster.all("AppProject", NAMESPACE):
        draft = cluster.edit("AppProject", NAMESPACE, project["metadata"]["name"])
        windows = [each for each in draft["spec"].get("syncWindows") or () if each != _FREEZE]
        draft["spec"]["syncWindows"] = [*windows, _FREEZE] if on else windows
        cluster.update(draft)
