"""The checkout: what a commit renders to, its migrations, and the store's records of it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hooks import APP, NEW, application, manifests, moving
from tests.moved_clock import MovedClock
from tests.records import filled
from tests.test_git import git
from tui.clock import Clock, SystemClock
from tui.errors import Refused
from tui.expecting import KIND, Expecting, rendered
from tui.model.application import Application, Destination, Source
from tui.model.hooks import Hook, Manifests, MigrationFile, Origin
from tui.store import Change, Store
from tui.wire.checkout import Checkout
from tui.wire.manifests import documents, phases_of
from tui.wire.manifests import manifests as read
from tui.wire.migrations import folder_of, folders

JOB = """
apiVersion: batch/v1
kind: Job
metadata:
  name: %s-migrate
  labels: {app.kubernetes.io/name: auth}
  annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/sync-wave: "-5"}
spec:
  template:
    spec:
      containers:
      - name: goose
        image: "goose:%s"
        args: [-dir, /migrations, up]
        envFrom: [{secretRef: {name: auth-secrets}}]
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: auth}}
"""
CHART = {"Chart.yaml": "apiVersion: v2\nname: auth\nversion: 0.1.0\n", "values.yaml": "tag: none\n"}
UP, DOWN = "-- +goose Up\nSELECT 1;\n", "-- +goose Down\nSELECT 1;\n"


def commit(root: Path, files: dict[str, str]) -> str:
    """A commit of those files; its id."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "next")
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty repository."""
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def deployed_from(path: str, **more: object) -> Application:
    source = replace(Source("https://git/platform", path, "main"), **more)  # type: ignore[arg-type]
    return application(sources=(source,), destination=Destination(namespace="prod"))


async def test_a_folder_of_plain_manifests(root: Path) -> None:
    """Of the commit, not of the work tree; the hook with its database's files, the List unfolded."""
    first = commit(
        root,
        {
            "auth/all.yaml": JOB % ("auth", "1"),
            "migrations/auth_db/00001_first.sql": UP + DOWN,
            "migrations/auth_db/00002_second.sql": UP,
        },
    )
    (root / "auth/all.yaml").write_text("nonsense: {")
    found = await Checkout(root, SystemClock()).manifests(deployed_from("auth"), first)
    (hook,) = found.hooks
    assert (hook.name, hook.namespace, hook.phase, hook.wave) == ("auth-migrate", "prod", "PreSync", -5)
    assert (hook.images, hook.database, hook.secrets) == (("goose:1",), "auth_db", ("auth-secrets",))
    assert hook.files == (MigrationFile(1, "00001_first.sql"), MigrationFile(2, "00002_second.sql", False))
    assert [(one.kind, one.name, one.wave) for one in found.resources] == [("Service", "auth", 0)]
    assert (found.revision, found.origin) == (first, Origin.CHECKOUT)


@pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed")
async def test_a_chart_with_the_values_of_its_environment(root: Path) -> None:
    template = (JOB % ("{{ .Release.Name }}", "{{ .Values.tag }}")).replace("name: auth}}", "name: auth}}")
    chart = {f"auth/{name}": text for name, text in CHART.items()}
    made = commit(root, {**chart, "auth/templates/all.yaml": template, "values/prod.yaml": "tag: seven\n"})
    of = deployed_from("auth", value_files=("../values/prod.yaml",), release="login")
    (hook,) = (await Checkout(root, SystemClock()).manifests(of, made)).hooks
    assert (hook.name, hook.images) == ("login-migrate", ("goose:seven",))


async def test_what_can_not_be_rendered_is_said(root: Path) -> None:
    made = commit(root, {"auth/all.yaml": JOB % ("auth", "1"), "bad/all.yaml": "a: {", **CHART})
    checkout = Checkout(root, SystemClock())
    for of, revision, said in (
        (deployed_from("auth"), NEW, "commit bbbbbbb is not in"),
        (deployed_from("auth"), "main", "main is no commit"),
        (deployed_from("other"), made, "other is not in commit"),
        (deployed_from("../etc"), made, "leads out of the repository"),
        (deployed_from("bad"), made, "all.yaml: "),
        (deployed_from("", value_files=("gone.yaml",)), made, "gone.yaml is not in commit"),
        (deployed_from("", value_files=("https://x/y",)), made, "values come from https://x/y"),
        (deployed_from("", chart="redis"), made, "chart redis is not in a checkout"),
    ):
        with pytest.raises(Refused, match=said):
            await checkout.manifests(of, revision)
    assert await checkout.known([made, NEW, "main"]) == frozenset({made})


def test_hooks_of_helm_and_what_no_sync_applies() -> None:
    assert phases_of({}) is None
    assert phases_of({"helm.sh/hook": "pre-install,pre-upgrade"}) == ("PreSync",)
    assert phases_of({"helm.sh/hook": "test"}) == ()
    assert phases_of({"argocd.argoproj.io/hook": "PreSync, PostSync", "helm.sh/hook": "test"}) == (
        "PreSync",
        "PostSync",
    )
    assert phases_of({"argocd.argoproj.io/hook": "Skip"}) == ()
    said = "{helm.sh/hook: pre-upgrade, helm.sh/hook-weight: 3}"
    text = f"kind: Job\nmetadata: {{generateName: a-, annotations: {said}}}"
    (hook,) = read(documents(text.encode(), "x"), NEW, "prod", Origin.CHECKOUT).hooks
    assert (hook.generated, hook.wave, hook.is_named("prod", "a-1a2b3c4-presync-17")) == (True, 3, True)


def test_the_folder_that_a_migration_applies() -> None:
    names = [
        "services/auth/migrations/001_a.sql",
        "services/identity/migrations/auth_db/001_a.sql",
        "x/1_b_test.go",
    ]
    found = folders(names)
    assert [one.path for one in found] == ["services/auth/migrations", "services/identity/migrations/auth_db"]
    single = Hook(
        "Job", "n", "auth-migrate", "PreSync", service="auth", database="auth_db",
        commands=("goose -dir /app/services/auth/migrations up",),
    )  # fmt: skip
    several = replace(single, service="identity", commands=("goose -dir /migrations up",))
    assert folder_of(single, found) == found[0]
    assert folder_of(several, found) == found[1]
    assert folder_of(replace(single, service="legal", database="legal_db", commands=()), found) is None


# The records


class Renders:
    """Knows some commits; `asked` counts."""

    def __init__(self, *known: Manifests) -> None:
        self.known = {one.revision: one for one in known}
        self.asked: list[str] = []

    async def manifests(self, application: Application, revision: str) -> Manifests:
        self.asked.append(revision)
        if revision not in self.known:
            raise Refused(f"commit {revision[:7]} is not here", "git fetch")
        return self.known[revision]


@asynccontextmanager
async def expecting(store: Store, clock: Clock, *renderers: Renders) -> AsyncIterator[None]:
    task = asyncio.create_task(Expecting(renderers, store, clock).run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(store: Store, uid: str, found: int, problem: str = "") -> None:
    """That many revisions are there, with that problem."""
    while True:
        versions = store.versions((KIND,))
        of = store.by_uid("Application", uid)
        one = rendered(store, of) if isinstance(of, Application) else None
        if one is not None and (len(one.found), one.problem) == (found, problem):
            return
        async with asyncio.timeout(5):
            await store.changed((KIND,), versions)


async def test_each_commit_is_rendered_once_and_tried_again_when_it_was_not_there() -> None:
    store, clock = filled([application(history=(), state=None)]), MovedClock()
    first, second = Renders(), Renders(manifests(revision="c" * 40))
    async with expecting(store, clock, first, second):
        said = "commit bbbbbbb is not here: git fetch"
        await until(store, APP, 0, f"{said}; {said}")
        first.known[NEW] = manifests()
        clock.move(31)
        await until(store, APP, 1)
        store.apply(Change("Application", APP, application(history=(), state=None, sync="OutOfSync")))
        later = application(history=(), state=None, revision="c" * 40)
        store.apply(Change("Application", APP, later))
        async with asyncio.timeout(5):
            await store.changed((KIND,), store.versions((KIND,)))
            one = rendered(store, application())
            assert one is not None
            assert one.of("c" * 40) is not None
            versions = store.versions((KIND,))
            store.apply(Change("Application", APP, None))
            await store.changed((KIND,), versions)
        assert store.by_uid(KIND, APP) is None
    assert first.asked == [NEW, NEW, "c" * 40]
    assert second.asked == [NEW, "c" * 40]


async def test_what_moves_is_rendered_before_the_thousand_that_are_due() -> None:
    def numbered(number: int, of: Application) -> Application:
        return replace(of, meta=replace(of.meta, name=f"app{number}", uid=f"u{number}"))

    quiet = application(history=(), state=None)
    store = filled(numbered(n, replace(quiet, revision=f"{n:040x}")) for n in range(1000))
    ahead = Renders()
    async with expecting(store, SystemClock(), ahead):
        await until(store, "u0", 0, "commit 0000000 is not here: git fetch")
        store.apply(Change("Application", "u900", numbered(900, moving("waiting"))))
        await until(store, "u900", 0, "commit bbbbbbb is not here: git fetch")
        assert NEW in ahead.asked[:5]
        store.apply(Change("Application", "u1", None))
        while store.by_uid(KIND, "u1") is not None:
            await store.changed((KIND,), store.versions((KIND,)))


async def test_without_a_checkout_it_is_said() -> None:
    store = filled([application()])
    async with expecting(store, SystemClock()):
        await until(store, APP, 0, "no checkout")
