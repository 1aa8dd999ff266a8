"""The board of one application in each state of a sync, as lines of pane 3."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.hooks import (
    APP,
    FAILED,
    NEW,
    OLD,
    application,
    done,
    hook,
    manifests,
    moving,
    over,
    plain,
    reached,
    recorded,
    rendered,
    row,
    run_of,
)
from tests.records import NOW, deployment, filled
from tui.model.application import Application, Operation
from tui.model.board_moving import waits_for
from tui.model.environment import Environment
from tui.model.goose import GooseKind, GooseRun
from tui.model.hooks import Hook, Manifests, Origin, Rendered, without_its_secret
from tui.model.job import Job
from tui.model.recording import Recording
from tui.model.schema import SCHEMA, Schema, schema_meta
from tui.model.watched import Span
from tui.present import sync_waves
from tui.store import Change, Record
from tui.survey import Survey
from widgets.since import words

FIRST = "waiting for completion of hook batch/Job/identity-migrate-identity"
BEFORE = [recorded("identity"), recorded("auth"), recorded("legal")]


class Recordings:
    """A recorder that knows these."""

    watched: tuple[Span, ...] = ()

    def __init__(self, known: Sequence[Recording]) -> None:
        self._known = list(known)

    def recordings(self) -> list[Recording]:
        return self._known


def surveyed(
    of: Application,
    jobs: Sequence[Job] = (),
    known: Rendered | None = None,
    recordings: Sequence[Recording] = BEFORE,
    goose: dict[str, GooseRun] | None = None,
    more: Sequence[Record] = (),
) -> Survey:
    """The judgement of a store with that application."""
    store = filled([of, *jobs, *more, *([known] if known is not None else [])])
    for job in jobs:
        if (run := (goose or {}).get(job.meta.name.rpartition("-")[2])) is not None:
            store.set_goose(job.meta.uid, run)
    survey = Survey(store, Environment("production"), Recordings(recordings))
    survey.refresh(NOW)
    return survey


def lines(survey: Survey, service: str = "identity", room: int = 60) -> list[str]:
    """What pane 3 shows."""
    rows, _ = sync_waves.shown(survey, None, service, room)
    return [
        f"{row.sign.text or ' '} {''.join(words(part, NOW) for part in row.cells[0])}".rstrip()
        for row in rows
    ]


def test_a_sync_with_the_future_in_it() -> None:
    """The picture of product.md: one done, one at work, one waits, and so do the resources."""
    of = moving(
        "waiting for completion of hook batch/Job/identity-migrate-auth",
        row("identity"),
        row("auth", "Running"),
    )
    jobs = [done("identity", ago=58), run_of("auth", ago=30)]
    goose = {"identity": reached(43), "auth": GooseRun(1, "00005_step.sql", 5, NOW - 29, NOW - 7)}
    assert lines(surveyed(of, jobs, rendered(manifests()), goose=goose)) == [
        "  identity sync of bbbbbbb 1m",
        "  PreSync  rendered",
        "✓ -5 identity_db  done v43 24 s",
        "▸ -4 auth_db      1 of 2, 30 s",
        "     silent 7 s, last 18 s",
        "     expected 00006_step.sql",
        "· -3 legal_db     waits for -4",
        "  Sync  rendered",
        "· -10 1 resource   waits",
        "·   0 2 resources  waits",
    ]


def test_a_hook_that_ended_before_argo_noticed() -> None:
    of = moving(
        "waiting for completion of hook batch/Job/identity-migrate-identity", row("identity", "Running")
    )
    found = lines(
        surveyed(of, [done("identity", ago=30)], rendered(manifests()), goose={"identity": reached(6)})
    )
    assert found[2:6] == [
        "✓ -5 identity_db  done v6 24 s",
        "     Argo CD has not noticed yet, 6 s",
        "· -4 auth_db      waits for -5",
        "· -3 legal_db     waits for -5",
    ]


def test_the_old_job_goes_first() -> None:
    of = moving("waiting for deletion of hook batch/Job/identity-migrate-identity")
    old = done("identity", "1", ago=3650)
    old = replace(old, meta=replace(old.meta, deleted=NOW))
    assert lines(surveyed(of, [old], rendered(manifests())))[2:5] == [
        "▸ -5 identity_db  begins",
        "     waits for deletion of the old Job",
        "· -4 auth_db      waits for -5",
    ]


def test_a_failed_migration_with_gooses_line_and_what_did_not_run() -> None:
    error = 'goose run: ERROR 00005_x.sql: failed to run SQL migration: ERROR: no "t" (SQLSTATE 42P01)'
    of = application(
        state=over("Failed", row("identity", "Failed", "Job has reached the specified backoff limit"))
    )
    failed = run_of("identity", ago=58, active=0, failed=2, conditions=FAILED)
    found = lines(surveyed(of, [failed], rendered(manifests()), goose={"identity": GooseRun(error=error)}))
    assert found[2:7] == [
        "! -5 identity_db  failed 2x",
        '     00005_x.sql: ERROR: no "t" (SQLSTATE 42P01)',
        "· -4 auth_db      not run: -5 failed",
        "· -3 legal_db     not run: -5 failed",
        "  Sync  rendered",
    ]


def test_blocked_by_a_window_and_asked_but_not_begun() -> None:
    blocked = lines(surveyed(moving("Sync operation blocked by sync window"), (), rendered(manifests())))
    assert blocked[:3] == [
        "  identity blocked by a sync window, 1m",
        "  PreSync  rendered",
        "· -5 identity_db  blocked",
    ]
    asked = lines(surveyed(application(operation=Operation("a"), state=None), (), rendered(manifests())))
    assert asked[0] == "  identity asked, Argo CD has not begun"


def test_a_wave_of_resources_says_what_it_waits_for() -> None:
    of = moving(
        "waiting for healthy state of apps/Deployment/identity and 1 more resources",
        *(row(name) for name in ("identity", "auth", "legal")),
        plain("SealedSecret", "identity-secrets", "Succeeded"),
        plain("Deployment"),
    )
    jobs = [done(name, ago=58) for name in ("identity", "auth", "legal")]
    half = deployment("identity", 3, ready=1, available=1)
    found = lines(surveyed(of, jobs, rendered(manifests()), more=[half]))
    assert found[-4:] == [
        "  Sync",
        "✓ -10 1 resource   1 applied",
        "▸   0 2 resources  1 of 3, 34 s",
        "     waits for Deployment identity and 1 more to be ready",
    ]


def test_a_job_deleted_by_hand_is_waited_for_for_ever() -> None:
    of = moving(
        "waiting for completion of hook batch/Job/identity-migrate-identity", row("identity", "Running")
    )
    held = run_of("identity", ago=55, active=0)
    held = replace(held, meta=replace(held.meta, deleted=NOW - 20))
    assert lines(surveyed(of, [held], rendered(manifests())))[2:4] == [
        "! -5 identity_db  held",
        "     deleted by hand: Argo CD waits for ever, T ends it",
    ]


def test_synced_but_migrations_wait() -> None:
    """A commit that changes only hooks: Argo CD says Synced, and what ran last is another image."""
    of = application()
    mixed = replace(manifests(), hooks=(hook("identity"), hook("auth", "1"), hook("legal")))
    survey = surveyed(of, (), rendered(mixed, manifests("1", OLD)))
    assert [one.label for one in survey.boards.all[APP].waiting] == ["identity_db", "legal_db"]
    assert survey.boards.waiting == 2
    assert lines(survey)[:6] == [
        "  identity Synced, but 2 migrations wait",
        "  PreSync  rendered",
        "· -5 identity_db  v4 → v6",
        "     expected 00005_step.sql and 1 more",
        "✓ -4 auth_db      done v4 18 s",
        f"     gone, recorded {lines(survey)[5][-5:]}",
    ]


def test_without_manifests_the_last_run_tells_the_waves() -> None:
    of = moving(
        "waiting for completion of hook batch/Job/identity-migrate-identity", row("identity", "Running")
    )
    found = lines(surveyed(of, [run_of("identity", ago=40)], rendered(problem="no checkout")))
    assert found[1:3] == ["  PreSync  last run", "▸ -5 identity_db  runs 40 s"]
    assert found[4:] == [
        "· -4 auth_db      waits for -5",
        "· -3 legal_db     waits for -5",
        "     not rendered: no checkout",
    ]


def test_a_database_ahead_of_its_image() -> None:
    of = application(state=over("Succeeded", row("identity"), row("auth"), row("legal")))
    goose = {"auth": GooseRun(0, "", 18, NOW - 40, NOW - 30, GooseKind.NOTHING)}
    jobs = [done(name, ago=55) for name in ("identity", "auth", "legal")]
    assert lines(surveyed(of, jobs, rendered(manifests()), goose=goose))[4:7] == [
        "~ -4 auth_db      v18",
        "     database ahead of this image (v6)",
        "~ -3 legal_db     done 24 s",
    ]
    # Its own image reached 17 once: what is known of it goes before the checkout's files.
    once = recorded("auth", "2", ago=5000, version=17)
    other = recorded("auth", "3", ago=4000, version=18)
    found = lines(surveyed(of, jobs, rendered(manifests()), [once, other], goose=goose))
    assert "     database ahead of this image (v17)" in found


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "waiting for completion of hook batch/Job/auth-migrate and 1 more hooks",
            "Job auth-migrate and 1 more",
        ),
        ("waiting for healthy state of /Service/auth and 1 more resources", "Service auth and 1 more"),
        ("waiting for healthy state of bitnami.com/SealedSecret/auth-secrets", "SealedSecret auth-secrets"),
    ],
)
def test_what_an_operation_waits_for_is_read_from_its_message(message: str, said: str) -> None:
    found = waits_for(message)
    assert found is not None
    assert found.words == said
    assert waits_for("successfully synced (all tasks run)") is None


def test_what_did_not_change_is_the_same_board() -> None:
    """The pane's rows are kept by it: an application that moves costs nothing to the others."""
    other = replace(application(), meta=replace(application().meta, name="auth-production", uid="other"))
    survey = surveyed(application(), (), rendered(manifests()), more=[other, replace(rendered(manifests()))])
    board = survey.boards.all[APP]
    survey.store.apply(Change("Application", "other", replace(other, sync="OutOfSync")))
    survey.refresh(NOW)
    assert survey.boards.all[APP] is board


def test_generated_names_and_a_secret_that_comes_too_late() -> None:
    made = replace(hook("auth"), generated=True, name="auth-migrate-")
    assert made.is_named("services", "auth-migrate-1a2b3c4-presync-1760000000")
    assert not made.is_named("services", "auth-migrate-1a2b3c4-postsync-1760000000")
    late = replace(manifests(), hooks=(hook("auth", secrets=("identity-secrets",)),))
    assert [(one.label, name) for one, name in without_its_secret(late)] == [("auth_db", "identity-secrets")]


def test_the_selected_application_comes_first_then_those_that_move() -> None:
    still = surveyed(application(), (), rendered(manifests()))
    assert lines(still, "nothing of ours")[0] == "  identity Synced, but 3 migrations wait"
    assert Manifests(NEW, Origin.LAST_RUN).migrations == ()


def test_a_narrow_pane_goes_on_below() -> None:
    """A sentence that matters is not clipped; a time stays at its end."""
    of = moving(FIRST, row("identity", "Running"))
    survey = surveyed(of, [done("identity", ago=30)], rendered(manifests()), goose={"identity": reached(6)})
    assert lines(survey, room=29)[2:5] == [
        "✓ -5 identity_db  done v6 24 s",
        "     Argo CD has not noticed",
        "     yet, 6 s",
    ]
    still = surveyed(application(), (), rendered(manifests()))
    assert lines(still, room=29)[:3] == ["  identity", "     Synced, but 3 migrations", "     wait"]


def test_two_applications_that_migrate_one_database_at_once() -> None:
    """auth's and identity's both write auth_db, and goose's command takes no lock."""
    message = "waiting for completion of hook batch/Job/identity-migrate-auth"
    one = moving(message, row("identity"), row("auth", "Running"))
    auth = Hook("Job", "services", "auth-migrate", "PreSync", -5, migrates=True, database="auth_db")
    asked = "waiting for completion of hook batch/Job/auth-migrate"
    other = moving(asked, replace(row("auth", "Running"), name="auth-migrate"))
    other = replace(other, meta=replace(other.meta, name="auth-production", uid="other"))
    own = replace(rendered(replace(manifests(), hooks=(auth,))), meta=replace(other.meta, kind="Rendered"))
    job = run_of("auth", ago=40)
    job = replace(job, meta=replace(job.meta, name="auth-migrate", uid="auth", annotations={}))
    survey = surveyed(one, [run_of("auth", ago=30), job], rendered(manifests()), more=[other, own])
    survey.store.apply(Change("Application", APP, replace(one, sync="OutOfSync")))
    survey.refresh(NOW)
    assert [step.others for step in survey.boards.all[APP].steps] == [(), ("auth-production",), ()]
    assert "     auth-production migrates it as well: goose takes no lock" in lines(survey, room=70)


def one_of(number: int, of: Application) -> Application:
    """The application of that number."""
    return replace(of, meta=replace(of.meta, name=f"app{number}-production", uid=f"u{number}"))


def test_a_thousand_boards_are_made_a_few_at_a_time_and_of_those_that_changed() -> None:
    quiet = application()
    store = filled(
        [
            each
            for number in range(100)
            for each in (
                one_of(number, quiet),
                replace(rendered(manifests()), meta=replace(rendered().meta, uid=f"u{number}")),
            )
        ]
    )
    store.apply(Change("Application", "u99", one_of(99, moving("waiting"))))
    survey = Survey(store, Environment("production"), Recordings([]))
    survey.refresh(NOW)
    assert 0 < len(survey.boards.all) < 100
    assert "u99" in survey.boards.all  # it waits for nobody
    while survey.boards.more:
        survey.refresh(NOW)
    before = dict(survey.boards.all)
    assert len(before) == 100
    store.apply(Change("Application", "u7", one_of(7, moving("waiting"))))
    survey.refresh(NOW)
    assert [uid for uid, one in survey.boards.all.items() if one is not before[uid]] == ["u7"]
    store.apply(Change("Application", "u8", None))
    survey.refresh(NOW)
    assert survey.boards.all.keys() == before.keys() - {"u8"}


@pytest.mark.parametrize("seed", range(5))
def test_boards_that_follow_changes_are_those_of_one_who_comes_later(seed: int) -> None:
    rng = random.Random(seed)
    store = filled([])
    survey = Survey(store, Environment("production"), Recordings(BEFORE))

    def put(record: Record) -> None:
        store.apply(Change(record.meta.kind, record.meta.uid, record))

    def render(number: int, tag: str) -> None:
        known = manifests(tag)
        hooks = tuple(replace(each, name=f"app{number}-{each.name}") for each in known.hooks)
        put(replace(rendered(replace(known, hooks=hooks)), meta=replace(rendered().meta, uid=f"u{number}")))

    for number in range(3):
        put(one_of(number, application()))
        render(number, "1")
    for _ in range(60):
        number, name = rng.randrange(3), rng.choice(("identity", "auth", "legal"))
        job = rng.choice((run_of(name), done(name)))
        tracked = {**job.meta.annotations, "argocd.argoproj.io/tracking-id": f"app{number}-production:x"}
        named = f"app{number}-{job.meta.name}"
        job = replace(job, meta=replace(job.meta, uid=named, name=named, annotations=tracked))
        what = rng.randrange(6)
        if what == 0:
            of = (
                moving("waiting for it")
                if number == 0
                else application(sync=rng.choice(("Synced", "Unknown")))
            )
            put(one_of(number, of))
        elif what == 1:
            store.apply(Change("Application", f"u{number}", None))
        elif what == 2:
            render(number, rng.choice("12"))
        elif what == 3:
            put(job)
        elif what == 4:
            store.apply(Change("Job", job.meta.uid, None))
        else:
            put(Schema(schema_meta(SCHEMA, "", name), f"{name}_db", version=rng.randrange(9)))
        store.set_goose(job.meta.uid, reached(rng.randrange(9)))
        survey.refresh(NOW)
        late = Survey(store, Environment("production"), Recordings(BEFORE))
        late.refresh(NOW)
        assert survey.boards.all == late.boards.all
