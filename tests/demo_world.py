"""A simulated cluster with its controllers and a clock that moves only when told; no server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tui.demo.behaviours import make_steps
from tui.demo.behaviours.common import condition
from tui.demo.behaviours.scripted import BEHAVIOUR
from tui.demo.cluster import Cluster
from tui.demo.logbook import LogBook
from tui.demo.scenes import build

Object = dict[str, Any]
START = 1_790_000_000.0


class World:
    """One cluster with its controllers and a clock that moves only when told."""

    def __init__(self, scene: str = "empty") -> None:
        self.now = START
        self.cluster = Cluster(lambda: self.now)
        self.logs = LogBook()
        build(scene, {"production": self.cluster}, {"production": self.logs}, self.now)
        self.steps = make_steps(self.cluster, self.logs)

    def run(self, seconds: float, *, watch: Callable[[], None] | None = None) -> None:
        """Lets `seconds` pass in quarters of a second."""
        end = self.now + seconds
        while self.now < end:
            self.now += 0.25
            for step in self.steps:
                step(self.now)
            if watch is not None:
                watch()

    def get(self, kind: str, name: str, namespace: str = "services") -> Object:
        found = self.cluster.get(kind, namespace, name)
        assert found is not None, f"no {kind} {name}"
        return found

    def pods(self, app: str) -> list[Object]:
        found = self.cluster.all("Pod", "services")
        return [pod for pod in found if pod["metadata"]["labels"].get("app") == app]

    def change(
        self, kind: str, name: str, change: Callable[[Object], None], namespace: str = "services"
    ) -> None:
        draft = self.cluster.edit(kind, namespace, name)
        change(draft)
        self.cluster.update(draft)

    def image(self, kind: str, name: str, image: str) -> None:
        def change(draft: Object) -> None:
            draft["spec"]["template"]["spec"]["containers"][0]["image"] = image

        self.change(kind, name, change)

    def text(self, pod: Object, container: str = "app", instance: int = 0) -> list[str]:
        lines = self.logs.log(pod["metadata"]["uid"], container, instance).lines
        return [line.decode() for _, _, line in lines]

    def reasons(self, name: str) -> list[str]:
        events = self.cluster.all("Event", "services")
        return [each["reason"] for each in events if each["involvedObject"]["name"] == name]


def workload(kind: str, name: str, image: str, script: Object | None = None, **spec: Any) -> Object:
    container = {
        "name": "app",
        "image": image,
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 80}},
    }
    meta: Object = {"labels": {"app": name}}
    if script is not None:
        meta["annotations"] = {BEHAVIOUR: json.dumps({"app": script})}
    template = {"metadata": meta, "spec": {"containers": [container]}}
    whole = {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}
    return {"kind": kind, "metadata": {"name": name, "namespace": "services"}, "spec": whole}


def job(name: str, script: Object, restart: str = "Never", **spec: Any) -> Object:
    meta = {"annotations": {BEHAVIOUR: json.dumps({"goose": script})}}
    container = {"name": "goose", "image": "deploytui/goose:auth_db"}
    template = {"metadata": meta, "spec": {"restartPolicy": restart, "containers": [container]}}
    return {
        "kind": "Job",
        "metadata": {"name": name, "namespace": "services"},
        "spec": {"template": template, **spec},
    }


def progress(world: World, name: str) -> str:
    found = condition(world.get("Deployment", name)["status"], "Progressing")
    assert found is not None
    return str(found["reason"])


def revision(obj: Object) -> str:
    return str(obj["metadata"]["annotations"]["deployment.kubernetes.io/revision"])


def waiting(pod: Object) -> str:
    return str(pod["status"]["containerStatuses"][0]["state"].get("waiting", {}).get("reason"))
