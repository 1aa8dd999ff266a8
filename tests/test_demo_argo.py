"""The simulator's Argo CD: operations, waves, hooks, retries and windows as observed on a real one."""

from __future__ import annotations

import pytest

from tests.demo_bench import ALL_RUN, FAILED, NO_MORE, Bench, Object
from tests.demo_control import Demo
from tui.demo.play import main
from tui.demo.scenario import Scenario, add_migration, set_image


def test_a_bench_that_is_deployed_where_it_should_be() -> None:
    world = Bench("auth")
    assert world.status() == ("Synced", "Healthy", "Succeeded", 1)
    rows = world.state["syncResult"]["resources"]
    told = [(each["kind"], each["syncPhase"], each["hookPhase"], each["message"]) for each in rows]
    assert told == [
        ("Job", "PreSync", "Succeeded", "Reached expected number of succeeded pods"),
        ("SealedSecret", "Sync", "Succeeded", "sealedsecret.bitnami.com/auth-secrets configured"),
        ("Service", "Sync", "Running", "service/auth created"),
        ("Deployment", "Sync", "Running", "deployment.apps/auth created"),
    ]
    assert world.state["message"] == ALL_RUN
    assert "operation" not in world.application
    staging = Scenario(world.cluster, "auth", "staging").application()["status"]
    assert (staging["sync"]["status"], "operationState" in staging) == ("OutOfSync", False)
    automated = Scenario(world.cluster, "auth", "development").application()["status"]
    assert automated["history"][0]["initiatedBy"] == {"automated": True}


def test_three_slow_waves_tell_what_they_wait_for() -> None:
    world = Bench("identity")
    world.play("slow-migration", 100)
    jobs = [f"identity-migrate-{each}" for each in ("identity", "auth", "legal")]
    expected: list[tuple[str, str, tuple[str, ...]]] = []
    for number, job in enumerate(jobs):
        done = ("Succeeded",) * number
        expected += [
            ("Running", f"waiting for deletion of hook batch/Job/{job}", done),
            ("Running", f"waiting for completion of hook batch/Job/{job}", (*done, "Running")),
        ]
    told = [one for one in world.told() if one[1]]
    assert told[-7:] == [*expected, ("Succeeded", ALL_RUN, ("Succeeded",) * 3)]
    first = next(each for each in world.seen if len(each["status"]["history"]) == 2)
    assert first["status"]["operationState"]["phase"] in ("Running", "Succeeded")
    assert world.status() == ("Synced", "Healthy", "Succeeded", 2)
    finalizers = [world.get("Job", each, "prod-services")["metadata"].get("finalizers") for each in jobs]
    assert finalizers == [None, None, None]


def test_a_commit_of_a_migration_alone_stays_synced() -> None:
    world = Bench("auth")
    before = world.application["status"]["sync"]["revision"]
    commit = world.it.push(add_migration("login_attempts", 2.0), "one migration more")
    world.run(12)
    status = world.application["status"]["sync"]
    assert (status["status"], status["revision"]) == ("Synced", commit.sha)
    assert commit.sha != before


def test_goose_applies_nothing_twice() -> None:
    world = Bench("auth")
    world.stage.play("pending", world.it)
    said: list[str] = []
    for _ in range(2):
        world.it.sync("again")()
        world.run(20)
        job = world.get("Job", "auth-migrate", "prod-services")
        (pod,) = world.cluster.owned(job["metadata"]["uid"], "Pod")
        said.append(world.text(pod, "goose")[-1][20:])
    assert said == [
        "goose: successfully migrated database to version: 5",
        "goose: no migrations to run. current version: 5",
    ]


def test_a_refresh_is_done_at_once() -> None:
    world = Bench("auth")
    world.it.push(set_image("1.1.0"), "another version")
    world.it.refresh()
    world.run(0.5)
    assert world.status()[0] == "OutOfSync"
    assert (
        "annotations" not in world.application["metadata"] or not world.application["metadata"]["annotations"]
    )


def test_a_migration_that_fails_leaves_synced_and_healthy() -> None:
    world = Bench("personal")
    world.play("bad-migration", 40)
    assert world.status() == ("Synced", "Healthy", "Failed", 1)
    (row,) = world.state["syncResult"]["resources"]
    said = (row["status"], row["hookPhase"], row["message"])
    assert said == ("Synced", "Failed", "Job has reached the specified backoff limit")
    assert world.state["message"] == FAILED
    assert "operation" not in world.application
    assert "conditions" not in world.application["status"]
    assert world.get("Job", "personal-migrate", "prod-services")["status"]["failed"] == 2


def test_an_automated_sync_tries_again_and_gives_up() -> None:
    world = Bench("personal", "development")
    world.play("auto-failed", 90)
    told = [one for one in world.told() if one[0] != "Succeeded"]
    messages = [message.partition(" at ")[0] for _, message, _ in told if message]
    assert [each for each in messages if "etrying" in each] == [
        f"{FAILED}. Retrying attempt #1",
        "Retrying operation. Attempt #1",
        f"{FAILED}. Retrying attempt #2",
        "Retrying operation. Attempt #2",
    ]
    assert told[-1] == ("Failed", f"{FAILED} (retried 2 times).", ("Failed",))
    (condition,) = world.application["status"]["conditions"]
    revision = world.application["status"]["sync"]["revision"]
    assert condition["type"] == "SyncError"
    assert condition["message"] == (f"Failed last sync attempt to [{revision}]: {FAILED} (retried 2 times).")


def test_self_heal_takes_an_undo_back_without_hooks() -> None:
    world = Bench("auth", "development")
    uid = world.get("Job", "auth-migrate", "dev-services")["metadata"]["uid"]
    world.play("undo-reverted", 60)
    asked = world.state["operation"]["sync"]
    assert asked["autoHealAttemptsCount"] == 1
    assert {"group": "apps", "kind": "Deployment", "name": "auth"} in asked["resources"]
    assert [each["kind"] for each in world.state["syncResult"]["resources"]] == ["Deployment"]
    assert world.status() == ("Synced", "Healthy", "Succeeded", 2)
    image = world.it.deployment()["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == world.it.image()
    assert world.get("Job", "auth-migrate", "dev-services")["metadata"]["uid"] != uid  # by the push before


def test_a_rollback_runs_no_hooks_and_is_out_of_sync_afterwards() -> None:
    world = Bench("auth")
    world.play("pending", 2)
    assert world.status()[0] == "OutOfSync"
    world.stage.play("repair", world.it)
    world.run(60)
    job = world.get("Job", "auth-migrate", "prod-services")["metadata"]["uid"]
    world.play("rollback", 12)
    assert world.status() == ("OutOfSync", "Healthy", "Succeeded", 3)
    assert [each["kind"] for each in world.state["syncResult"]["resources"]] == ["Deployment"]
    history = world.application["status"]["history"]
    assert [each["id"] for each in history] == [0, 1, 2]
    assert history[2]["revision"] == history[0]["revision"]
    assert world.get("Job", "auth-migrate", "prod-services")["metadata"]["uid"] == job


def test_an_operation_in_a_window_waits_takes_the_newest_commit_and_can_be_ended() -> None:
    world = Bench("auth")
    for name in ("pending", "freeze", "blocked"):
        world.play(name, 3)
    assert (world.state["phase"], world.state["message"]) == (
        "Running",
        "Sync operation blocked by sync window",
    )
    assert world.state["syncResult"]["revision"] == ""
    world.play("pending", 1)
    newest = world.cluster.repository.head("main")
    world.play("thaw", 40)
    assert newest is not None
    assert (world.state["phase"], world.state["syncResult"]["revision"]) == ("Succeeded", newest.sha)
    world.play("freeze", 1)
    world.play("blocked", 2)
    world.play("terminate", 1)
    assert (world.state["phase"], world.state["message"]) == ("Failed", "Operation terminated")


def test_a_hook_that_was_deleted_by_hand_is_waited_for_until_someone_terminates() -> None:
    world = Bench("identity")
    world.play("stuck-hook", 120)
    assert world.state["phase"] == "Running"
    assert world.state["message"].startswith("waiting for completion of hook")
    name = "identity-migrate-identity"
    job = world.get("Job", name, "prod-services")
    assert job["metadata"]["finalizers"] == ["argocd.argoproj.io/hook-finalizer"]
    assert "conditions" not in job["status"]
    world.play("terminate", 1)
    (row,) = world.state["syncResult"]["resources"]
    assert (row["hookPhase"], row["message"]) == ("Failed", "Terminated")
    assert world.cluster.get("Job", "prod-services", name) is None


def test_a_first_sync_waits_for_a_secret_of_a_later_phase() -> None:
    world = Bench("personal", "staging")
    world.play("secret-missing", 30)
    assert world.state["message"] == "waiting for completion of hook batch/Job/personal-migrate"
    (pod,) = [
        each for each in world.cluster.all("Pod", "staging-services") if "migrate" in each["metadata"]["name"]
    ]
    waits = pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"]
    assert waits == "CreateContainerConfigError"


def test_an_image_that_does_not_exist_is_degraded_after_a_minute() -> None:
    world = Bench("gateway")
    world.play("degraded", 10)
    assert world.status() == ("Synced", "Progressing", "Succeeded", 2)
    world.run(70)
    assert world.status() == ("Synced", "Degraded", "Succeeded", 2)
    assert (
        world.application["status"]["health"]["message"] == "Caused by apps/Deployment:prod-gateway/gateway"
    )


def test_what_a_write_without_an_operation_leaves_behind_stays() -> None:
    world = Bench("auth")
    draft = world.application
    draft["status"]["operationState"]["phase"] = "Running"
    generation = world.cluster.update(draft)["metadata"]["generation"]
    assert generation == draft["metadata"]["generation"] + 1
    world.run(30)
    assert world.state["phase"] == "Running"


@pytest.mark.parametrize(
    ("sync", "kinds", "message"),
    [
        ({"dryRun": True}, {"Job", "SealedSecret", "Service", "Deployment"}, NO_MORE),
        ({"resources": [{"group": "apps", "kind": "Deployment", "name": "auth"}]}, {"Deployment"}, ALL_RUN),
    ],
)
def test_a_dry_run_and_a_selective_sync_leave_no_history(sync: Object, kinds: set[str], message: str) -> None:
    world = Bench("auth")
    world.play("pending", 2)
    world.it.sync("part of it", **sync)()
    world.run(5)
    assert {each["kind"] for each in world.state["syncResult"]["resources"]} == kinds
    assert (world.state["phase"], world.state["message"], world.status()[3]) == ("Succeeded", message, 1)


async def test_a_scenario_is_played_by_a_command(demo: Demo) -> None:
    world = demo.world("policy")
    told = [
        demo.control,
        str(world.authority),
        "slow-migration",
        "identity",
        "staging",
        "--world",
        world.name,
    ]
    assert main(told) == 0

    def runs() -> bool:
        found = world.get("Application", "argocd", "identity-staging", environment="staging") or {}
        return "completion of hook" in (found["status"].get("operationState") or {}).get("message", "")

    await world.until(runs)
    assert main([*told[:2], "pending", "nobody", "staging", "--world", world.name]) == 1
    world.drop()
