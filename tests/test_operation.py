"""What an Application does now: each row of the table of facts 2a, with the messages of a real Argo CD."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.applications import application, ended
from tests.records import NOW
from tui.model.application import (
    Application,
    Operation,
    OperationState,
    ResourceResult,
    Retry,
    SelectedResource,
)
from tui.model.operation import Grade, Now, named, retry_at, running_now

WHOLE = Operation(username="alice", revision="a" * 40)
RETRIES = Retry(2, 5.0, 2, 60.0)
FAILED = "one or more synchronization tasks completed unsuccessfully"
HOOK = ResourceResult(
    "batch",
    "Job",
    "services",
    "personal-migrate",
    "Synced",
    "Job has reached the specified backoff limit",
    "PreSync",
    "Failed",
    "PreSync",
)


def moving(message: str, operation: Operation = WHOLE, **more: Any) -> Application:
    """An application whose operation runs."""
    state = replace(OperationState("Running", message, NOW - 20, operation=operation), **more)
    return application(operation=operation, state=state)


def over(phase: str, message: str, operation: Operation = WHOLE, **more: Any) -> Application:
    return application(state=ended(phase, message=message, operation=operation, **more))


def told(one: Application) -> tuple[str, str, Grade]:
    found = running_now(one, NOW)
    return found.word, found.text, found.grade


def test_nothing_to_tell_of_a_whole_sync_that_came_through() -> None:
    found = running_now(over("Succeeded", "successfully synced (no more tasks)"), NOW)
    assert found == Now(since=NOW - 55)
    assert not found.moves
    assert running_now(application(state=None), NOW) == Now()


def test_queued_until_somebody_should_have_begun_it() -> None:
    one = application(operation=WHOLE, state=None)
    assert told(one) == ("queued", "asked for by alice, not begun yet", Grade.MOVING)
    waited = running_now(one, NOW, asked=NOW - 11)
    assert (waited.word, waited.grade, waited.since) == ("queued", Grade.BAD, NOW - 11)
    assert "is Argo CD's application controller up?" in waited.text
    assert running_now(one, NOW, asked=NOW - 9).grade is Grade.MOVING


def test_automated_sync_is_queued_while_the_last_result_still_stands() -> None:
    one = application(operation=Operation(automated=True), state=ended())
    assert told(one) == ("queued", "asked for by Argo CD itself, not begun yet", Grade.MOVING)


@pytest.mark.parametrize(
    ("message", "word", "text", "about"),
    [
        ("", "starting", "begins", ("", "")),
        (
            "waiting for completion of hook batch/Job/identity-migrate-identity",
            "hook",
            "hook Job identity-migrate-identity runs",
            ("Job", "identity-migrate-identity"),
        ),
        (
            "waiting for completion of hook batch/Job/auth-migrate and 1 more hooks",
            "hook",
            "hook Job auth-migrate and 1 more runs",
            ("Job", "auth-migrate"),
        ),
        (
            "waiting for healthy state of bitnami.com/SealedSecret/auth-secrets",
            "wave",
            "the wave waits until SealedSecret auth-secrets is healthy",
            ("SealedSecret", "auth-secrets"),
        ),
        (
            "waiting for healthy state of /Service/auth and 1 more resources",
            "wave",
            "the wave waits until Service auth and 1 more is healthy",
            ("Service", "auth"),
        ),
        (
            "waiting for deletion of hook batch/Job/identity-migrate-legal",
            "deletion",
            "waits until the old hook Job identity-migrate-legal is deleted",
            ("Job", "identity-migrate-legal"),
        ),
        (
            "waiting for deletion of apps/Deployment/old",
            "deletion",
            "waits until Deployment old is deleted",
            ("Deployment", "old"),
        ),
        ("something new", "syncing", "something new", ("", "")),
        ("waiting for the moon", "syncing", "waiting for the moon", ("", "")),
    ],
)
def test_what_a_running_operation_waits_for(
    message: str, word: str, text: str, about: tuple[str, str]
) -> None:
    found = running_now(moving(message), NOW)
    assert found == Now(word, text, Grade.MOVING, NOW - 20, about=about)
    assert found.moves


def test_pruning_wants_to_be_confirmed() -> None:
    one = moving("waiting for pruning confirmation of apps/Deployment/old")
    assert told(one) == ("confirm", "waits for somebody to confirm that Deployment old is pruned", Grade.LOOK)


def test_blocked_by_a_window_says_what_it_will_deploy() -> None:
    blocked = "Sync operation blocked by sync window"
    assert told(moving(blocked)) == ("blocked", "waits until a sync window lets it", Grade.LOOK)
    head = told(moving(blocked, Operation(username="alice")))[1]
    assert head.endswith("then it deploys what is the head of the branch at that moment")


def test_waiting_for_a_retry_says_when_it_really_begins() -> None:
    """Seen: ended 14:57:33, announced 14:57:39, begun 14:57:43; then 14:57:54, 14:58:05, 14:58:14."""
    message = f"{FAILED}. Retrying attempt #1 at 2026-11-23T14:57:39Z."
    operation = replace(WHOLE, automated=True, retry=RETRIES)
    one = moving(message, operation, finished=NOW - 2, retries=1, results=(HOOK,))
    found = running_now(one, NOW)
    assert (found.word, found.grade, found.until) == ("retry", Grade.BAD, NOW - 2 + 10)
    assert found.text == (
        "PreSync Job personal-migrate: Job has reached the specified backoff limit: "
        "waits for retry 1 of 2, begins about 13:46:48 UTC"
    )
    assert found.about == ("Job", "personal-migrate")
    second = one.state
    assert second is not None
    assert retry_at(replace(second, retries=2)) == NOW - 2 + 20
    assert retry_at(replace(second, retries=9)) == NOW - 2 + 60
    assert retry_at(replace(second, finished=None)) is None
    endless = replace(operation, retry=replace(RETRIES, limit=-1))
    assert "waits for retry 4, begins" in told(moving(message, endless, finished=NOW, retries=4))[1]


def test_the_next_attempt_begins() -> None:
    one = moving("Retrying operation. Attempt #1", retries=1)
    assert told(one) == ("starting", "retry 1 begins", Grade.MOVING)


def test_a_ghost_says_running_and_no_operation_is_there() -> None:
    one = moving("waiting for completion of hook batch/Job/auth-migrate")
    ghost = running_now(replace(one, operation=None), NOW)
    assert (ghost.word, ghost.grade, ghost.moves) == ("ghost", Grade.BAD, False)
    assert "a new sync replaces it" in ghost.text


def test_terminating_and_terminated() -> None:
    one = moving("waiting for completion of hook batch/Job/auth-migrate", phase="Terminating")
    assert told(one) == ("terminating", "ends: Argo CD deletes the hooks that run", Grade.MOVING)
    killed = replace(HOOK, message="Terminated")
    assert told(over("Failed", "Operation terminated", results=(killed,))) == (
        "terminated",
        "the last sync was terminated: Job personal-migrate was ended with it",
        Grade.LOOK,
    )
    assert told(over("Failed", "Operation terminated"))[1] == "the last sync was terminated"


def test_a_failed_hook_is_named_with_its_message() -> None:
    found = running_now(over("Failed", FAILED, results=(HOOK,)), NOW)
    assert found == Now(
        "failed",
        "PreSync Job personal-migrate: Job has reached the specified backoff limit",
        Grade.BAD,
        NOW - 55,
        about=("Job", "personal-migrate"),
    )
    tried = told(over("Failed", f"{FAILED} (retried 2 times).", results=(HOOK,)))
    assert tried[1].endswith("backoff limit, tried 3 times")
    assert told(over("Failed", FAILED))[1] == "one of its tasks failed"
    assert told(over("Failed", f"{FAILED}, reason: no space left"))[1] == "no space left"
    assert told(over("Error", "ComparisonError: no repository"))[:2] == (
        "error",
        "ComparisonError: no repository",
    )


def test_a_failed_trial_applied_nothing() -> None:
    row = ResourceResult("apps", "Deployment", "services", "auth", "SyncFailed", "field is immutable")
    one = over("Failed", "one or more objects failed to apply (dry run)", results=(row,))
    assert told(one) == (
        "failed",
        "nothing was applied: Deployment auth: field is immutable",
        Grade.BAD,
    )


def test_a_wave_that_can_not_get_healthy_is_named() -> None:
    row = ResourceResult(
        "bitnami.com",
        "SealedSecret",
        "services",
        "gateway-secrets",
        "Synced",
        "no key could decrypt secret (SESSION_KEY)",
        hook_phase="Failed",
    )
    text = told(over("Failed", FAILED, results=(row,)))[1]
    assert text == "SealedSecret gateway-secrets: no key could decrypt secret (SESSION_KEY)"


def test_a_dry_run_stands_where_the_real_result_was() -> None:
    one = over("Succeeded", "successfully synced (no more tasks)", replace(WHOLE, dry_run=True))
    assert told(one)[0::2] == ("dry run", Grade.LOOK)
    assert "nothing was applied" in told(one)[1]
    running = moving("waiting for healthy state of apps/Deployment/auth", replace(WHOLE, dry_run=True))
    assert told(running)[1].startswith("dry run: the wave waits")


def test_self_heal_selective_and_apply_only_ran_no_hooks() -> None:
    some = tuple(SelectedResource("apps", "Deployment", name) for name in ("auth", "web", "c", "d"))
    heal = Operation(automated=True, resources=some[:1], self_heal_attempts=1)
    done = "successfully synced (all tasks run)"
    assert told(over("Succeeded", done, heal))[0::2] == ("healed", Grade.QUIET)
    assert told(over("Succeeded", done, replace(WHOLE, resources=some))) == (
        "partial",
        "only auth, web, c and 1 more was synced: no hooks ran",
        Grade.LOOK,
    )
    applied = told(over("Succeeded", done, replace(WHOLE, apply_only=True)))
    assert applied == ("no hooks", "the last sync or rollback ran without hooks", Grade.LOOK)
    assert told(over("Failed", FAILED, heal, results=(HOOK,)))[1].endswith("limit (self-heal)")


def test_refreshing_and_being_deleted() -> None:
    one = application()
    asked = replace(one, meta=replace(one.meta, annotations={"argocd.argoproj.io/refresh": "hard"}))
    assert told(asked) == ("refresh", "hard refresh asked for, not done yet", Grade.MOVING)
    going = replace(one, meta=replace(one.meta, deleted=NOW - 5))
    assert told(going)[0] == "deleting"


def test_objects_as_argo_cd_names_them() -> None:
    assert named("batch/Job/auth-migrate") == ("Job", "auth-migrate")
    assert named("/Service/auth") == ("Service", "auth")
    assert named("auth") == ("", "auth")
