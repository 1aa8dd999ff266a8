"""The simulator's repository on the disk: the real git reads it, and it renders as a real one would."""

from __future__ import annotations

from pathlib import Path

from tests.hooks import application
from tests.test_git import git
from tui.clock import SystemClock
from tui.demo.repository import Repository
from tui.model.application import Destination, Source
from tui.wire.checkout import Checkout

SCRIPT = '{"goose": {"goose": {"files": ["00003_a.sql", "00004_b.sql"]}}}'
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "auth-migrate", "annotations": {"argocd.argoproj.io/hook": "PreSync"}},
    "spec": {
        "template": {
            "metadata": {"annotations": {"demo.deploytui/behaviour": SCRIPT}},
            "spec": {"containers": [{"name": "goose", "image": "goose:auth_db"}]},
        }
    },
}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "auth"}}


async def test_commits_are_gits_own_and_render(tmp_path: Path) -> None:
    repository = Repository()
    first = repository.push("main", {"services/auth/helm": [JOB, SERVICE]}, at=1e9, message="first")
    repository.checkout(tmp_path)
    second = repository.push(
        "main", {"services/auth": [SERVICE], "z": [SERVICE]}, at=1e9 + 5, message="second"
    )
    assert git(tmp_path, "fsck", "--strict", "--no-dangling") == ""
    assert git(tmp_path, "log", "--format=%H %s", "main").splitlines() == [
        f"{second.sha} second",
        f"{first.sha} first",
    ]
    of = application(
        sources=(Source("x", "services/auth/helm"),), destination=Destination(namespace="services")
    )
    found = await Checkout(tmp_path, SystemClock()).manifests(of, first.sha)
    assert [(one.name, one.database) for one in found.hooks] == [("auth-migrate", "auth_db")]
    assert [(one.version, one.reversible) for one in found.hooks[0].files] == [(3, True), (4, False)]
    assert [one.kind for one in found.resources] == ["Service"]
