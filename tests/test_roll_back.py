"""Roll back: which revision, what changes, the risk card, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.demo_world import World
from tests.records import job
from tests.records_of import filled, put, workload
from tui.actions.base import Asked
from tui.actions.roll_back import ROLL_BACK
from tui.errors import Refused
from tui.model.environment import Environment, SyncMode
from tui.model.goose import GooseKind, GooseRun
from tui.model.plan import Change, Plan, Weight
from tui.model.recording import Recording
from tui.model.template import differences, masked, same_template
from tui.model.workload import References, ReplicaSet, Workload
from tui.store import Change as Seen
from tui.store import Link, LinkState, Store

OPEN = Environment("production", context="prod")


@pytest.fixture
def store() -> Store:
    return filled(World("small"))


@pytest.fixture
def personal(store: Store) -> Workload:
    """Stuck at revision 3; pods of revision 2 serve."""
    return workload(store, "Deployment", "services", "personal")


def plan(store: Store, *targets: Workload, choice: int | None = None, sync: SyncMode = SyncMode.NONE) -> Plan:
    return ROLL_BACK.plan(Asked(store, replace(OPEN, sync=sync), targets, choice=choice))


def test_a_stuck_rollout_goes_back_to_the_revision_that_serves(store: Store, personal: Workload) -> None:
    made = plan(store, personal)
    assert made.title == "Roll personal back from revision 3 to revision 2"
    assert made.grave
    (step,) = made.steps
    assert step.deed == "roll-back"
    assert step.arguments["revision"] == 2
    found = store.by_uid("ReplicaSet", step.arguments["revision_uid"])
    assert found is not None
    assert found.meta.name == step.arguments["revision_name"]
    assert made.command == (
        "kubectl --context prod -n services rollout undo deployment/personal --to-revision=2"
    )


def test_what_changes_is_said_in_words_and_as_yaml(store: Store, personal: Workload) -> None:
    made = plan(store, personal)
    image = made.changes[0]
    assert image.what.endswith(" image")
    assert image.before.endswith(":2.0.0")
    assert image.after.endswith(":1.9.1")
    assert ":2.0.0" in made.before
    assert ":1.9.1" in made.after
    assert "pod-template-hash" not in made.after


def test_a_chosen_revision_of_which_nothing_is_known_is_marked(store: Store, personal: Workload) -> None:
    made = plan(store, personal, choice=1)
    assert made.steps[0].arguments["revision"] == 1
    assert made.remarks[0].weight is Weight.LOOK
    assert "not known whether revision 1 was ever ready" in made.remarks[0].text


def test_what_can_not_be_chosen_is_refused(store: Store, personal: Workload) -> None:
    with pytest.raises(Refused, match="no revision 9"):
        plan(store, personal, choice=9)
    with pytest.raises(Refused, match="is what it has now"):
        plan(store, personal, choice=3)


def test_no_default_where_no_revision_is_known_to_be_good(store: Store) -> None:
    auth = workload(store, "Deployment", "services", "auth")
    with pytest.raises(Refused) as caught:
        plan(store, auth)
    assert caught.value.title == "no other revision of auth is known to have been ready"
    assert caught.value.hint == "there is: 2, 1"


def test_of_several_those_without_a_good_revision_are_left_out(store: Store, personal: Workload) -> None:
    made = plan(store, workload(store, "Deployment", "services", "auth"), personal)
    assert [step.target.name for step in made.steps] == ["personal"]
    assert [one.text for one in made.refused] == ["no other revision of auth is known to have been ready"]


def test_paused_ones_and_those_without_history_are_refused(store: Store, personal: Workload) -> None:
    paused = put(store, replace(personal, paused=True))
    search = workload(store, "Deployment", "services", "search")
    assert [one.text for one in ROLL_BACK.refuse(Asked(store, OPEN, (paused, search)))] == [
        "paused: resume it first",
        "there is no other revision to go back to",
    ]


def test_a_secret_that_is_gone_is_on_the_risk_card(store: Store, personal: Workload) -> None:
    uid = plan(store, personal).steps[0].arguments["revision_uid"]
    old = store.by_uid("ReplicaSet", uid)
    assert isinstance(old, ReplicaSet)
    names = References(secrets=("personal-secrets", "former-secrets"))
    store.apply(Seen("ReplicaSet", uid, replace(old, references=names)))
    said = [remark.text for remark in plan(store, personal).remarks]
    assert "not known whether its Secrets exist: personal-secrets, former-secrets" in said
    store.set_link("Secret", "", Link(LinkState.LIVE, 0.0))
    bad = [remark.text for remark in plan(store, personal).remarks if remark.weight is Weight.BAD]
    assert bad == ["Secret former-secrets that it names does not exist: its pods can't start"]


@pytest.mark.parametrize(
    ("labels", "annotations", "sync", "weight", "words"),
    [
        ({}, {"argocd.argoproj.io/tracking-id": "p:apps/D:s/p"}, SyncMode.AUTO, Weight.BAD, "may revert"),
        ({}, {"argocd.argoproj.io/tracking-id": "p:apps/D:s/p"}, SyncMode.MANUAL, Weight.LOOK, "OutOfSync"),
        ({"app.kubernetes.io/managed-by": "Helm"}, {}, SyncMode.NONE, Weight.LOOK, "Helm release personal"),
    ],
)
def test_who_would_undo_it_is_on_the_risk_card(
    store: Store,
    personal: Workload,
    labels: dict[str, str],
    annotations: dict[str, str],
    sync: SyncMode,
    weight: Weight,
    words: str,
) -> None:
    owned = put(store, replace(personal, meta=replace(personal.meta, labels=labels, annotations=annotations)))
    found = [(remark.weight, remark.text) for remark in plan(store, owned, sync=sync).remarks]
    assert [each for each, text in found if words in text] == [weight]


def test_migrations_that_ran_since_are_on_the_risk_card(store: Store, personal: Workload) -> None:
    replaced = max(one.meta.created for one in store.children(personal.meta.uid, "ReplicaSet"))
    record = Recording(
        "production", "gone", "services", "personal-migrate-7", replaced - 60, service="personal"
    )
    early = replace(record, job_uid="early", job="personal-migrate-6", ended=replaced - 7200)
    goose = GooseRun(done=2, version=43, state=GooseKind.DONE)
    late = replace(record, ended=replaced - 30, status="Complete", goose=goose)
    other = replace(late, job_uid="other", job="auth-migrate", service="auth")
    asked = Asked(store, OPEN, (personal,), recordings=(late, early, other))
    said = [remark.text for remark in ROLL_BACK.plan(asked).remarks if "migration" in remark.text]
    assert said == [
        "migration personal-migrate failed around or after that: what it applied stays",
        "migration personal-migrate-7 ran around or after that, to version 43: it stays applied",
    ]


def test_a_migration_that_runs_now_is_the_loudest(store: Store, personal: Workload) -> None:
    running = job("personal-migrate-8", started=1.0)
    store.apply(Seen("Job", running.meta.uid, running))
    remarks = plan(store, personal).remarks
    assert [one.text for one in remarks if one.weight is Weight.BAD] == [
        "migration personal-migrate-8 runs now: it is not stopped and not undone"
    ]


@pytest.mark.parametrize(
    ("kind", "namespace", "name"),
    [("StatefulSet", "data", "postgres"), ("DaemonSet", "observability", "log-agent")],
)
def test_sets_go_back_to_a_controller_revision(store: Store, kind: str, namespace: str, name: str) -> None:
    one = workload(store, kind, namespace, name)
    made = plan(store, one, choice=1)
    uid = made.steps[0].arguments["revision_uid"]
    assert store.by_uid("ControllerRevision", uid) is not None
    assert any(change.what.endswith(" image") for change in made.changes)
    assert "$patch" not in made.after


OLD = {
    "metadata": {"labels": {"app": "a", "pod-template-hash": "x"}, "creationTimestamp": None},
    "spec": {
        "containers": [
            {
                "name": "app",
                "image": "a:1",
                "env": [{"name": "LEVEL", "value": "info"}, {"name": "DB_PASSWORD", "value": "first"}],
                "resources": {"limits": {"memory": "64Mi"}},
            }
        ]
    },
}


def test_templates_that_mean_the_same() -> None:
    other = {**OLD, "metadata": {"labels": {"app": "a"}, "annotations": {}}}
    assert same_template(OLD, other)
    assert differences(OLD, other) == ()


def test_differences_name_the_container_and_keep_secrets() -> None:
    new = json.loads(json.dumps(OLD))
    (app,) = new["spec"]["containers"]
    app["image"] = "a:2"
    app["env"] = [{"name": "LEVEL", "value": "debug"}, {"name": "DB_PASSWORD", "value": "second"}]
    app["resources"] = {}
    app["args"] = ["serve", "--fast"]
    assert differences(OLD, new) == (
        Change("app image", "a:1", "a:2"),
        Change("app env DB_PASSWORD", "***", "*** (another)"),
        Change("app env LEVEL", "info", "debug"),
        Change("app resources limits memory", "64Mi", ""),
        Change("app args", "", "serve --fast"),
    )
    assert "second" not in json.dumps(masked(new))
