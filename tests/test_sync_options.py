"""The options of a sync: what each skips, which commits there are, and a step on each at the keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.syncing import (
    DEPLOYMENT,
    HOOK,
    OLD,
    SERVICE,
    application,
    asked,
    board,
    said,
)
from tui.actions.sync import SYNC
from tui.errors import Refused
from tui.model.application import (
    Automated,
    SelectedResource,
)
from tui.model.hooks import Manifests, Origin, Rendered
from tui.model.key import Meta
from tui.model.sync_plan import SyncOptions
from tui.present import sync_options
from tui.store import Change


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (SyncOptions(apply_only=True), "apply only: hooks are skipped"),
        (
            SyncOptions(selected=(SelectedResource("apps", "Deployment", "gateway", "prod-gateway"),)),
            "history",
        ),
        (SyncOptions(revision=OLD), "aaaaaaa is not the branch's"),
    ],
)
def test_options_say_what_they_skip(options: SyncOptions, words: str) -> None:
    one = application()
    plan = SYNC.plan(asked(one, sync=options, boards={one.meta.uid: board(one)}))
    assert words in said(plan)
    assert plan.grave is (options.hooks)
    if not options.hooks:
        assert "1 migration of it does not run either" in said(plan)


def test_prune_names_what_it_deletes() -> None:
    doomed = replace(DEPLOYMENT, name="old", prune=True)
    one = application(resources=(DEPLOYMENT, doomed, replace(SERVICE, hook=True, prune=True)))
    assert "1 not in Git any more" in said(SYNC.plan(asked(one)))
    assert "prune deletes Deployment old" in said(SYNC.plan(asked(one, sync=SyncOptions(prune=True))))


def test_another_revision_of_what_syncs_by_itself_is_refused() -> None:
    one = application(automated=Automated())
    with pytest.raises(Refused, match="another revision would be taken back"):
        SYNC.plan(asked(one, sync=SyncOptions(revision=OLD)))
    assert "--revision" not in SYNC.plan(asked(one)).command


def test_the_hooks_of_a_chosen_commit() -> None:
    one = application()
    older = replace(HOOK, name="older-migrate", database="old_db")
    rendered = Rendered(
        Meta("Rendered", "argocd", "g", one.meta.uid), (Manifests(OLD, Origin.CHECKOUT, (older,)),)
    )
    ask = asked(one, sync=SyncOptions(revision=OLD), boards={one.meta.uid: board(one)})
    assert "those of aaaaaaa are not known" in said(SYNC.plan(ask))
    ask.store.apply(Change("Rendered", one.meta.uid, rendered))
    assert "runs PreSync wave -5: old_db (older-migrate)" in said(SYNC.plan(ask))


def test_options_at_the_keys() -> None:
    one = application()
    plain = SyncOptions()
    assert [row.id for row in sync_options.rows([one], None, plain)] == [
        "revision",
        "hooks",
        "prune",
        "resources",
    ]
    assert sync_options.stepped([one], None, plain, "revision", 1).revision == OLD
    assert sync_options.stepped([one], None, plain, "hooks", 1).apply_only
    some = sync_options.stepped([one], None, plain, "resources", 1)
    assert [each.name for each in some.selected] == ["gateway"]
    (resource,) = sync_options.rows([one], None, some)[4:]
    assert sync_options.stepped([one], None, some, resource.id, 1).selected == ()
    assert [row.id for row in sync_options.rows([one, one], None, plain)] == ["hooks", "prune"]
