"""Secrets as the survey judges them: one state, one cause, one trouble for one root."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.records import NOW, filled, meta
from tui.model.cause import Severity
from tui.model.cluster import Named
from tui.model.environment import Environment
from tui.model.explain import secret_named
from tui.model.health import Trouble
from tui.model.job import Job
from tui.model.key import Condition, Owner
from tui.model.sealed_secret import MANAGED, PATCH, SealedSecret
from tui.model.workload import Workload
from tui.present.secret import rows
from tui.store import Change, Link, LinkState, Store
from tui.survey import Survey
from tui.survey_secrets import Secrets

ANY = Environment("staging")


def reads(name: str, *keys: str, of: str = "auth-secrets") -> Workload:
    """A workload that needs these keys, all of them without any."""
    env = [{"name": key, "valueFrom": {"secretKeyRef": {"name": of, "key": key}}} for key in keys]
    container: dict[str, Any] = {"name": "app", "env": env}
    if not keys:
        container["envFrom"] = [{"secretRef": {"name": of}}]
    spec = {"template": {"spec": {"containers": [container]}}}
    return Workload(meta("Deployment", name), 1, spec=json.dumps(spec).encode())


def sealed(*keys: str, status: str = "True", message: str = "", **more: Any) -> SealedSecret:
    synced = Condition("Synced", status, message=message, since=NOW - 100)
    about = meta("SealedSecret", "auth-secrets", generation=1)
    made = SealedSecret(about, keys=keys, observed_generation=1, conditions=(synced,))
    return replace(made, **more)


def made(owner: SealedSecret | None = None, **annotations: str) -> Named:
    owned = Owner("SealedSecret", owner.meta.name, owner.meta.uid) if owner else None
    about = meta("Secret", "auth-secrets", annotations=annotations)
    return Named(replace(about, owner=owned))


def judged(*records: Any, read: tuple[str, ...] = ("Secret", "SealedSecret")) -> Secrets:
    store = filled(records)
    for kind in read:
        store.set_link(kind, "", Link(LinkState.LIVE, NOW))
    found = Secrets(store, ANY)
    found.refresh(NOW)
    return found


def state(secrets: Secrets) -> tuple[str, str]:
    """The state of its only Secret, and the cause."""
    (one,) = secrets.healths.values()
    return one.state, one.cause.text if one.cause else ""


OPENED = sealed("A", "B")
SHUT = sealed("A", status="False", message="no key could decrypt secret (A)")
TAKEN = sealed("A", status="False", message='Resource "auth-secrets" already exists and is not managed')


@pytest.mark.parametrize(
    ("records", "expected", "words"),
    [
        ([OPENED, made(OPENED), reads("auth")], "Synced", ""),
        ([SHUT], "cannot decrypt", "the controller cannot decrypt A: sealed for another name"),
        ([TAKEN, made()], "not managed", "a Secret of that name exists and is not managed"),
        ([sealed("A", status="False", message="no room")], "failed", "the controller failed: no room"),
        ([OPENED], "no Secret", "Synced, and yet there is no Secret"),
        ([OPENED, made(OPENED), reads("auth", "C")], "1 key missing", "key C in no Secret: auth needs it"),
        ([made(), reads("auth", "C")], "not sealed", ""),
        ([reads("auth")], "missing", "Secret auth-secrets is missing, and no SealedSecret of that name"),
    ],
)
def test_one_state_and_one_cause(records: list[Any], expected: str, words: str) -> None:
    found, cause = state(judged(*records))
    assert found == expected
    assert cause.startswith(words)
    assert bool(cause) == bool(words)


def test_what_nobody_may_read_is_not_missing() -> None:
    assert state(judged(reads("auth"), read=("SealedSecret",))) == ("not known", "")
    assert state(judged(OPENED, read=("SealedSecret",))) == ("Synced", "")
    assert state(judged(made(), reads("auth"), read=("Secret",))) == ("there", "")


def test_a_secret_that_may_hold_more_keys_lacks_none() -> None:
    """Another's, or one whose own keys stay."""
    for other in (made(), made(OPENED, **{PATCH: "true"})):
        assert state(judged(OPENED, other, reads("auth", "C"))) == ("Synced", "")


def test_another_controller_that_makes_it_is_named() -> None:
    issued = Named(replace(meta("Secret", "auth-secrets"), owner=Owner("Certificate", "web", "u")))
    assert state(judged(issued, reads("auth"))) == ("made by Certificate", "")


def test_a_controller_that_does_not_look_is_trouble_after_a_minute() -> None:
    for changed, told in ((NOW - 30, False), (NOW - 90, True)):
        waits = replace(OPENED, meta=replace(OPENED.meta, generation=2), changed=changed)
        secrets = judged(waits, made(OPENED))
        assert bool(secrets.troubles([])) is told
    secrets.refresh(NOW + 60)
    (trouble,) = secrets.troubles([])
    assert trouble.cause == "the controller has not looked at it since it changed"


def test_one_root_is_one_trouble() -> None:
    secrets = judged(SHUT, reads("auth"))
    (own,) = secrets.troubles([])
    assert (own.kind, own.name, own.severity) == ("SealedSecret", "auth-secrets", Severity.BAD)
    down = Trouble(
        "Deployment",
        "services",
        "auth",
        "Deployment/auth",
        "nothing serves: Secret auth-secrets is missing; x",
        None,
    )
    assert secrets.troubles([down]) == []
    assert secrets.troubles([replace(down, cause="crashes, exit 1")]) == [own]


def test_a_workload_that_runs_without_its_secret_is_told_once() -> None:
    secrets = judged(reads("auth"), reads("web"))
    (trouble,) = secrets.troubles([])
    assert (trouble.uid, trouble.severity) == ("Deployment/auth", Severity.LOOK)
    assert trouble.cause.endswith("it can't start again")
    assert "auth, web need it" in trouble.evidence


def test_a_job_that_ended_needs_nothing() -> None:
    spec = reads("x", "C").spec
    ended = Job(meta("Job", "auth-migrate"), finished=NOW - 5, spec=spec)
    runs = replace(ended, finished=None)
    assert state(judged(ended, OPENED, made(OPENED))) == ("Synced", "")
    assert state(judged(runs, OPENED, made(OPENED)))[0] == "1 key missing"


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        ("nothing serves: Secret auth.v1 is missing", "auth.v1"),
        ("Secret auth is missing, and no SealedSecret of that name", "auth"),
        ("key A is missing in Secret auth; its SealedSecret: cannot decrypt", "auth"),
        ("ConfigMap auth is missing", ""),
    ],
)
def test_the_secret_that_a_cause_names(cause: str, name: str) -> None:
    assert secret_named(cause) == name


def test_what_did_not_change_is_the_same_object() -> None:
    store = filled([OPENED, made(OPENED), reads("auth")])
    secrets = Secrets(store, ANY)
    secrets.refresh(NOW)
    before = secrets.health("services", "auth-secrets")
    _apply(store, replace(reads("auth"), ready=1))  # its status alone
    _apply(store, reads("web", of="web-secrets"))
    secrets.refresh(NOW + 1)
    assert secrets.health("services", "auth-secrets") is before
    assert secrets.health("services", "web-secrets") is not None
    _apply(store, reads("auth", "C"))
    secrets.refresh(NOW + 2)
    assert secrets.health("services", "auth-secrets") is not before


def test_of_a_thousand_rows_only_those_that_changed_are_made_anew() -> None:
    named = [replace(OPENED, meta=meta("SealedSecret", f"s{at}", generation=1)) for at in range(1000)]
    store = filled(named)
    survey = Survey(store, ANY)
    survey.secrets.refresh(NOW)
    before = {row.id: row for row in rows(survey, None)}
    assert len(before) == 1000
    store.apply(Change("SealedSecret", named[7].meta.uid, replace(named[7], keys=("A",))))
    survey.secrets.refresh(NOW + 1)
    assert [row.id for row in rows(survey, None) if row is not before[row.id]] == [named[7].meta.uid]


def test_the_key_it_was_sealed_with_came_before_it_was_written() -> None:
    label = {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"}
    keys = [Named(meta("Secret", f"key{at}", created=at, labels=label)) for at in (100.0, 200.0, 300.0)]
    secrets = judged(OPENED, *keys)
    assert secrets.key_made(replace(OPENED, changed=250.0)) == 200.0
    assert secrets.key_made(replace(OPENED, changed=50.0)) is None


def test_the_managed_annotation_is_explained() -> None:
    (one,) = judged(TAKEN, made()).healths.values()
    assert one.cause is not None
    assert f"annotate the Secret with {MANAGED}=true" in one.cause.evidence[1]


def _apply(store: Store, record: Workload) -> None:
    store.apply(Change(record.meta.kind, record.meta.uid, record))
