"""Did the migration really run: per hook, with its evidence; what was recorded counts as the Job did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.hooks import NEW, OLD, application, done, hook, manifests, over, reached, recorded, row, run_of
from tests.records import NOW
from tui.model.application import Application, Deployed, Operation, SelectedResource, Source
from tui.model.goose import GooseRun
from tui.model.health import JobHealth
from tui.model.hook_runs import HookRun, last_run, owner_of, runs, versions, waiting
from tui.model.hooks import Manifests, Origin, revisions_that_matter
from tui.model.job import Job
from tui.model.recording import Recording
from tui.model.schema import SCHEMA, Schema, schema_meta
from tui.model.verdict import Ran, troubles, verdicts
from tui.model.watched import Span

ONE = replace(manifests(), hooks=(hook("auth"),))
DEPLOYMENT = (SelectedResource("apps", "Deployment", "identity"),)


def known(jobs: Sequence[Job] = (), recordings: Sequence[Recording] = (), version: int = 6) -> list[HookRun]:
    """Runs of these."""
    healths = [
        JobHealth(
            job,
            "Complete" if job.finished else "Running",
            None,
            1,
            goose=reached(version) if job.finished else None,
        )
        for job in jobs
    ]
    return runs(healths, recordings)


def synced(**changes: object) -> Application:
    """NEW was synced, and its hook is in the result."""
    return application(state=replace(over("Succeeded", row("auth")), **changes))  # type: ignore[arg-type]


def test_it_ran() -> None:
    (found,) = verdicts(synced(), ONE, known([done("auth")]))
    assert found.ran is Ran.YES
    assert found.evidence == (
        "its Job was made 10 s after the sync began",
        "image: the image of the target",
        "Job: Complete",
        "goose: version 6",
    )
    assert troubles(synced(), [found]) == []


def test_clocks_that_differ_by_minutes_are_no_red() -> None:
    """The Job is younger than the deployment before, and two minutes older than the sync."""
    late = done("auth", ago=180)
    (found,) = verdicts(synced(), ONE, known([late]))
    assert (found.ran, found.reason) == (Ran.UNSURE, "Job older than the sync, or clocks differ")
    seen = [replace(run, recording=recorded("auth", "2", operation=NOW - 60)) for run in known([late])]
    assert verdicts(synced(), ONE, seen)[0].ran is Ran.YES


def test_what_was_recorded_is_evidence_too() -> None:
    (found,) = verdicts(synced(), ONE, known((), [recorded("auth", "2", ago=50)]))
    assert found.ran is Ran.YES


@pytest.mark.parametrize(
    ("job", "ran", "reason"),
    [
        (done("auth", ago=3650), Ran.STALE, "Job older than the sync"),
        (done("auth", "1"), Ran.OTHER, "goose:auth-1 instead of goose:auth-2"),
        (run_of("auth"), Ran.UNSURE, "its Job is running"),
    ],
)
def test_it_did_not_run_as_it_should(job: Job, ran: Ran, reason: str) -> None:
    of = replace(synced(), history=(Deployed(0, OLD, NOW - 3600), Deployed(1, NEW, NOW - 1)))
    (found,) = verdicts(of, ONE, known([job]))
    assert (found.ran, found.reason) == (ran, reason)


def test_a_hook_that_the_result_does_not_name_is_red_and_trouble() -> None:
    of = application(state=over("Succeeded"))
    found = verdicts(of, ONE, known((), [recorded("auth")]))
    assert found[0].words == "did not run: not in Argo CD's result"
    (trouble,) = troubles(of, found)
    assert trouble.kind == "Application"
    assert trouble.cause == "synced without its migration auth_db: not in Argo CD's result"


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (Operation(resources=DEPLOYMENT), "selective: no hooks run"),
        (Operation(automated=True, resources=DEPLOYMENT, self_heal_attempts=1), "self-heal runs no hooks"),
        (Operation(apply_only=True), "apply only runs no hooks"),
    ],
)
def test_an_operation_without_hooks_is_red_only_where_its_migration_never_ran(
    operation: Operation, reason: str
) -> None:
    of = application(state=over("Succeeded", operation=operation))
    (new,) = verdicts(of, ONE, known((), [recorded("auth", "1")]))
    assert (new.red, new.reason) == (True, reason)
    (same,) = verdicts(of, ONE, known((), [recorded("auth", "2")]))
    assert same.ran is Ran.BEFORE


def test_a_rollback_needs_no_migration_again() -> None:
    """The older program's migration ran when it was deployed, by its run or by the history."""
    state = over("Succeeded", operation=Operation(apply_only=True))
    deployed = [Deployed(number, one, NOW - 900 + number) for number, one in enumerate((NEW, OLD, NEW))]
    of = application(state=state, history=tuple(deployed))
    newer = recorded("auth", "3", ago=500)
    (found,) = verdicts(of, ONE, known((), [newer, recorded("auth", "2", ago=800)]))
    assert found.ran is Ran.BEFORE
    (found,) = verdicts(of, ONE, known((), [newer]))
    assert (found.ran, found.reason) == (Ran.BEFORE, "apply only runs no hooks; deployed before")
    twice = replace(of, history=tuple(deployed[1:] + deployed[2:]))
    assert verdicts(twice, ONE, known((), [newer]))[0].red


def test_nobody_watched_and_goose_said_nothing() -> None:
    (gone,) = verdicts(synced(), ONE, [])
    assert (gone.ran, gone.gap) == (Ran.UNSEEN, None)
    earlier = [Span(NOW - 5000, NOW - 3000)]
    (gone,) = verdicts(synced(), ONE, [], watched=earlier)
    assert gone.gap is not None
    assert gone.gap.begin == NOW - 3000
    silent = [replace(run, goose=GooseRun()) for run in known([done("auth")])]
    assert verdicts(synced(), ONE, silent)[0].ran is Ran.UNSURE


def test_postgres_has_the_last_word() -> None:
    """A version behind what goose said is a doubt, one read before the end says nothing."""
    schema = Schema(schema_meta(SCHEMA, "", "auth_db"), "auth_db", version=5, at=NOW)
    (found,) = verdicts(synced(), ONE, known([done("auth")]), {"auth_db": schema})
    assert found.ran is Ran.UNSURE
    assert found.evidence[-1] == "PostgreSQL: version 5"
    early = {"auth_db": replace(schema, at=NOW - 50)}
    assert verdicts(synced(), ONE, known([done("auth")]), early)[0].ran is Ran.YES


def test_no_verdict_before_the_end_after_a_failure_and_of_a_dry_run() -> None:
    assert verdicts(application(state=None), ONE, []) == ()
    assert verdicts(application(state=over("Failed")), ONE, []) == ()
    assert verdicts(synced(operation=Operation(dry_run=True)), ONE, []) == ()


def test_without_manifests_what_ran_once_is_not_expected_now() -> None:
    guessed = last_run(synced(), known((), [recorded("auth", "2", ago=50), recorded("legal")]))
    assert guessed.origin is Origin.LAST_RUN
    found = verdicts(synced(), guessed, known((), [recorded("auth", "2", ago=50), recorded("legal")]))
    assert [(one.hook.label, one.ran) for one in found] == [("auth_db", Ran.YES)]


# Which migrations wait


def test_images_that_differ_from_those_that_ran_last_wait() -> None:
    wanted = manifests()
    ran = known([done("identity"), done("auth", "1")], [recorded("legal")])
    assert [one.label for one in waiting(application(), wanted, ran)] == ["auth_db", "legal_db"]
    assert waiting(application(), None, ran) == ()


def test_a_run_that_failed_has_not_run() -> None:
    failed = recorded("auth", "2", status="Failed")
    assert waiting(application(), ONE, known((), [failed])) == ONE.hooks


def test_another_command_with_the_same_image_waits() -> None:
    wanted = replace(ONE, hooks=(hook("auth", commands=("goose -dir /bad up",)),))
    ran = known([done("auth", commands=("goose -dir /migrations up",))])
    assert waiting(application(), wanted, ran) == wanted.hooks


def test_without_a_known_run_the_deployed_commit_tells() -> None:
    old = Manifests(OLD, Origin.CHECKOUT, (hook("auth", "1"),))
    assert waiting(application(), ONE, [], old) == ONE.hooks
    assert waiting(application(), ONE, [], replace(old, hooks=ONE.hooks)) == ()
    assert waiting(application(), ONE, []) == ()  # nothing is known: nothing is claimed
    assert waiting(application(history=(), state=None), ONE, []) == ONE.hooks


def test_an_operation_that_failed_counts_by_its_row() -> None:
    images = ONE.hooks[0].images
    of = application(state=over("Failed", row("auth", "Failed", images=images)))
    assert waiting(of, ONE, []) == ONE.hooks
    assert waiting(replace(of, state=over("Succeeded", row("auth", images=images))), ONE, []) == ()


def test_versions_are_kept_by_database_whichever_service_brought_it_there() -> None:
    """auth's and identity's both write auth_db."""
    own = recorded("auth", ago=500, version=4)
    other = recorded("auth", ago=100, version=5, job="auth-migrate", service="auth")
    found = versions(known((), [own, other]), {own.job_uid: "auth_db", other.job_uid: "auth_db"})
    assert {name: version for name, (_, version) in found.items()} == {"auth_db": 5}


def test_the_application_that_tracks_a_job() -> None:
    assert owner_of(done("auth").meta) == ("", "identity-production")
    other = replace(
        done("auth").meta, annotations={"argocd.argoproj.io/tracking-id": "team_auth:batch/Job:a/b"}
    )
    assert owner_of(other) == ("team", "auth")
    assert owner_of(replace(other, annotations={})) == ("", "")


def test_of_several_sources_the_one_with_manifests_counts() -> None:
    values = Source("https://git/values", ref="values")
    of = application(
        sources=(values, Source("https://git/platform", "auth")),
        multi_source=True,
        revision="",
        revisions=("f" * 40, NEW),
        state=over(revision="", revisions=("f" * 40, OLD)),
        history=(Deployed(0, "", NOW, revisions=("f" * 40, OLD)),),
    )
    assert revisions_that_matter(of) == (NEW, OLD)
    asked = replace(of, operation=Operation(revisions=("f" * 40, "c" * 40)))
    assert revisions_that_matter(asked) == (NEW, "c" * 40, OLD)


def test_only_commits_are_rendered() -> None:
    assert revisions_that_matter(application()) == (NEW, OLD)
    assert revisions_that_matter(application(revision="main", state=None, history=())) == ()
