"""What a sync's dialog asks beside the store: commits of one service in a checkout, and differences."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.demo_control import Demo
from tests.syncing import NEW, NOW, application
from tests.wired import client
from tui.clock import SystemClock
from tui.model.application import Deployed, Destination, Source
from tui.sync_desk import SyncDesk
from tui.sync_difference import difference, projected
from tui.wire.checkout import Checkout
from tui.wire.git_log import commit, push

CLOCK = SystemClock()


class Repository:
    """A clone with two services."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.first = self.commit("services/gateway/helm/values.yaml", "one", "first")

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
        command = ("git", "-C", str(self.root), *identity, *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, file: str, text: str, message: str) -> str:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "platform")


async def test_commits_of_this_service_since_what_is_deployed(repository: Repository) -> None:
    code = repository.commit("services/gateway/main.go", "code", "faster login")
    repository.commit("services/auth/helm/values.yaml", "one", "not ours")
    values = repository.commit("services/gateway/helm/values.yaml", "two", "gateway 1.1.0")
    one = application(history=(Deployed(0, repository.first, NOW),), revision=values)
    found = await push(repository.root, CLOCK, one)
    assert [(each.id, each.subject, each.author) for each in found.commits] == [
        (values, "gateway 1.1.0", "Ann"),
        (code, "faster login", "Ann"),
    ]
    assert (found.head, found.remote, found.problem) == (values, False, "")


async def test_the_remote_branch_counts_more_than_the_local_one(repository: Repository) -> None:
    second = repository.commit("services/gateway/helm/values.yaml", "two", "pushed")
    repository.git("update-ref", "refs/remotes/origin/main", second)
    repository.commit("services/gateway/helm/values.yaml", "three", "not pushed")
    found = await push(repository.root, CLOCK, application(revision=repository.first, history=()))
    assert (found.head, found.remote, found.ahead) == (second, True, True)
    newer = repository.git("rev-parse", "main")
    assert not (await push(repository.root, CLOCK, application(revision=newer, history=()))).ahead
    assert [each.subject for each in found.commits] == ["pushed"]


async def test_a_commit_that_is_not_here_is_said(repository: Repository) -> None:
    one = application(history=(Deployed(0, NEW, NOW),), revision=repository.first)
    assert "commit bbbbbbb is not in" in (await push(repository.root, CLOCK, one)).problem
    assert (await push(repository.root, CLOCK, application(sources=(Source("x", chart="c"),)))).commits == ()


def test_only_what_a_manifest_speaks_of_is_compared() -> None:
    wanted = {"a": 1, "list": [{"name": "x", "value": "2"}], "cpu": "1"}
    live = {"a": 1, "list": [{"name": "x", "value": "2", "default": True}], "more": 3, "cpu": 1}
    assert projected(live, wanted) == wanted
    assert projected({"list": [{"name": "y"}]}, wanted) == {"list": [{"name": "y"}]}
    assert projected({"a": [1, 2]}, {"a": [1]}) == {"a": [1, 2]}


async def test_live_objects_against_manifests(demo: Demo) -> None:
    world = demo.world("small", frozen=True)
    live = world.get("Deployment", "services", "auth")
    assert live is not None
    wanted = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "auth", "labels": None},
        "spec": {"replicas": live["spec"]["replicas"], "paused": True},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "brand-new"},
        "spec": {"type": "X"},
    }
    hook = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "m", "annotations": {"argocd.argoproj.io/hook": "PreSync"}},
    }
    one = application(destination=Destination(namespace="services"))
    async with client(world) as reads:
        before, after = await difference(reads, one, [wanted, service, hook, {"kind": "Odd"}])
    world.drop()
    assert "paused" not in before
    assert "paused: true" in after
    assert "brand-new" in after
    assert "kind: Job" not in after


async def test_who_made_a_commit(demo: Demo, repository: Repository) -> None:
    found = await commit(repository.root, CLOCK, repository.first)
    assert found is not None
    assert (found.id, found.author, found.subject) == (repository.first, "Ann", "first")
    assert await commit(repository.root, CLOCK, "f" * 40) is None
    world = demo.world("small", frozen=True)
    async with client(world) as reads:
        one = application()
        desk = SyncDesk(reads, CLOCK, checkout=Checkout(repository.root, CLOCK))
        assert await desk.commit(one, repository.first) == found
        assert await SyncDesk(reads, CLOCK).commit(one, repository.first) is None
    world.drop()


async def test_the_desk_says_why_there_is_no_difference(demo: Demo, repository: Repository) -> None:
    world = demo.world("small", frozen=True)
    async with client(world) as reads:
        bare = SyncDesk(reads, CLOCK)
        one = application()
        found = (await bare.look([one]))[one.meta.uid]
        assert found.unknown == "no server of Argo CD and no checkout to ask"
        desk = SyncDesk(reads, CLOCK, checkout=Checkout(repository.root, CLOCK), problem="token expired")
        found = (await desk.look([one]))[one.meta.uid]
        assert "token expired" in found.unknown
        assert found.push is not None
        assert "is not in" in found.push.problem
    world.drop()
