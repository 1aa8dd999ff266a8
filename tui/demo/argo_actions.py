"""What the control address can do about Applications: push a commit, play a scenario."""

from __future__ import annotations

from typing import Any

import msgspec

from tui.demo.scenario import NAMESPACE, Scenario
from tui.demo.scenarios import DEFAULTS
from tui.demo.world import World

Object = dict[str, Any]


class Push(msgspec.Struct, kw_only=True):
    """A commit with other manifests for one path; of the branch and path of `application` without them."""

    environment: str
    application: str = ""
    branch: str = ""
    path: str = ""
    manifests: list[Object] | None = None
    message: str = ""
    author: str = "platform"


class Play(msgspec.Struct, kw_only=True):
    """A scenario by name, on the Application SERVICE-OF; both have the bench's defaults.

    `environment` is the cluster; without it the one that has the Application.
    """

    environment: str = ""
    name: str
    service: str = ""
    of: str = ""


def push(world: World, ask: Push) -> Object:
    """The new commit; with no manifests those of the branch's head are there again."""
    cluster = world.environments[ask.environment].cluster
    branch, path = ask.branch, ask.path
    if ask.application:
        source = cluster.edit("Application", "argocd", ask.application)["spec"]["source"]
        branch, path = branch or source["targetRevision"], path or source["path"]
    head = cluster.repository.head(branch)
    before = head.files.get(path, ()) if head else ()
    files = {path: before if ask.manifests is None else ask.manifests}
    made = cluster.repository.push(branch, files, at=world.now(), author=ask.author, message=ask.message)
    return {"sha": made.sha, "manifests": list(made.files[path])}


def play(world: World, ask: Play) -> None:
    """Begins at once; what it waits for comes as the clock goes."""
    service, of = DEFAULTS.get(ask.name, ("auth", "production"))
    service, of = ask.service or service, ask.of or of
    for name, environment in world.environments.items():
        there = environment.cluster.get("Application", NAMESPACE, f"{service}-{of}") is not None
        if ask.environment == name or (there and not ask.environment):
            environment.stage.play(ask.name, Scenario(environment.cluster, service, of))
            return
    raise KeyError(f"no Application {service}-{of}")
