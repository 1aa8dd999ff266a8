"""What a commit of then holds beside the present one, in words and as YAML, secrets without values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.applications import SOURCE, A, B, application, deployed
from tui.errors import Refused
from tui.model.application import Application
from tui.model.hooks import Hook, Manifests, MigrationFile, Origin
from tui.wire.back_then import BackThen
from tui.wire.manifests import Document

FIRST = MigrationFile(1, "00001_a.sql")
SECOND = MigrationFile(2, "00002_b.sql", reversible=False)


def thing(kind: str, name: str, **more: Any) -> Document:
    return {"kind": kind, "metadata": {"name": name}, **more}


def deployment(image: str, level: str) -> Document:
    container = {"name": "web", "image": image, "env": [{"name": "LEVEL", "value": level}]}
    return thing("Deployment", "web", spec={"template": {"spec": {"containers": [container]}}})


class Rendered:
    """Renders what it was given, and notes by which values files."""

    def __init__(self, **held: list[Document]) -> None:
        self.held = {A: held.get("then", []), B: held.get("now", [])}
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def manifests(self, application: Application, revision: str) -> Manifests:
        assert application.source is not None
        self.asked.append((revision, application.source.value_files))
        files = (FIRST,) if revision == A else (FIRST, SECOND)
        hook = Hook("Job", "s", "web-migrate", "PreSync", migrates=True, database="web_db", files=files)
        return Manifests(revision, Origin.CHECKOUT, (hook,))

    async def documents(self, application: Application, revision: str) -> list[Document]:
        return self.held[revision]


class Broken(Rendered):
    async def manifests(self, application: Application, revision: str) -> Manifests:
        raise Refused(f"commit {revision[:7]} is not here", "git fetch")


async def test_what_differs_is_said_and_what_stays_applied() -> None:
    hook = thing("Job", "web-migrate")
    hook = {**hook, "metadata": {**hook["metadata"], "annotations": {"argocd.argoproj.io/hook": "PreSync"}}}
    renders = Rendered(
        then=[
            deployment("web:1", "info"),
            thing("ConfigMap", "web", data={"a": "1", "b": "1"}),
            thing("Secret", "web", data={"KEY": "b2xk"}),
            thing("Service", "old"),
            thing("Service", "same"),
        ],
        now=[
            deployment("web:2", "debug"),
            thing("ConfigMap", "web", data={"a": "2", "b": "1"}),
            thing("Secret", "web", data={"KEY": "bmV3"}),
            thing("Ingress", "new"),
            thing("Service", "same"),
            hook,
        ],
    )
    found = await BackThen([renders])(application(), deployed(0, A, 3600))
    assert found.manifests
    assert [(one.what, one.before, one.after) for one in found.changes] == [
        ("ConfigMap web", "of now", "of then: 1 line differs"),
        ("web web image", "web:2", "web:1"),
        ("web web env LEVEL", "debug", "info"),
        ("Ingress new", "of now", "stays: it was not there then"),
        ("Secret web", "of now", "of then: 1 line differs"),
        ("Service old", "", "made again"),
    ]
    assert found.stays == (("web_db", SECOND),)
    assert "web:2" in found.before
    assert "web:1" in found.after
    assert "b2xk" not in found.after + found.before
    assert "Job" not in found.before
    assert "same" not in found.before


async def test_each_is_rendered_with_the_source_that_it_was_deployed_with() -> None:
    renders = Rendered()
    old = replace(SOURCE, value_files=("old.yaml",))
    found = await BackThen([renders])(application(), deployed(0, A, 3600, source=old))
    assert renders.asked == [(B, ("values-prod.yaml",)), (A, ("old.yaml",))]
    assert found.before == found.after == ""


async def test_the_next_one_is_asked_where_one_can_not_and_none_is_told() -> None:
    entry = deployed(0, A, 3600)
    assert (await BackThen([Broken(), Rendered()])(application(), entry)).manifests
    found = await BackThen([Broken()])(application(), entry)
    assert not found.manifests
    assert "commit bbbbbbb is not here" in found.problem
    assert "no checkout" in (await BackThen([])(application(), entry)).problem
    many = deployed(0, "", 60, revisions=(A, B))
    assert "several sources" in (await BackThen([Rendered()])(application(), many)).problem
