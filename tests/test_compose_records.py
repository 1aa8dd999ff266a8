"""A Compose project as records: namespaces, wanted and ready, what a container waits for, kubectl's words."""

from __future__ import annotations

import pytest

from tui.compose_pods import Seen
from tui.compose_records import Places, records
from tui.compose_runs import Runs
from tui.model.compose import SERVICE, Inspected, Project, ServiceSpec
from tui.model.environment import Environment, Platform
from tui.model.job import Job
from tui.model.pod import Pod
from tui.model.pod_status import pod_status
from tui.model.rollout import rollout
from tui.model.workload import Workload

HASH = "com.docker.compose.config-hash"
DONE = "service_completed_successfully"
LOCAL = Environment("local", platform=Platform.COMPOSE)


def container(service: str, state: str = "running", **more: object) -> Seen:
    started = None if state == "created" else 100.0
    told = {"id": service, "name": f"p-{service}-1", "created": 90.0, "started": started, **more}
    found = Inspected(service=service, state=state, **told)  # type: ignore[arg-type]
    runs = Runs()
    runs.looked(found)
    return Seen(found, runs)


def made(*seen: Seen, **services: ServiceSpec) -> dict[str, list[object]]:
    project = Project("p", services={name.replace("_", "-"): one for name, one in services.items()})
    found = records(project, seen, Places(LOCAL))
    return {kind: list(by_uid.values()) for kind, by_uid in found.items()}


def words(workload: object) -> str:
    assert isinstance(workload, Workload)
    return rollout(workload).text


@pytest.mark.parametrize(
    ("state", "more", "status", "said"),
    [
        ("running", {}, "Running", "up"),
        ("running", {"health": "starting"}, "Running", "0 of 1 ready, its check runs "),
        ("running", {"health": "unhealthy"}, "Running", "DOWN: 0 of 1 ready, "),
        ("paused", {}, "Paused", "DOWN: 0 of 1 ready, "),
        ("restarting", {"policy": "always", "finished": 101.0}, "CrashLoopBackOff", "DOWN: 0 of 1 ready, "),
        ("exited", {"exit_code": 1, "finished": 101.0}, "Error", "DOWN: 0 of 1 ready, "),
        ("exited", {"exit_code": 0, "finished": 101.0}, "Completed", "DOWN: 0 of 1 ready, "),
        ("exited", {"exit_code": 143, "finished": 101.0}, "Stopped", "stopped by hand, "),
        ("exited", {"exit_code": 137, "finished": 101.0, "oom": True}, "OOMKilled", "DOWN: 0 of 1 ready, "),
        ("created", {}, "ContainerCreating", "not started, "),
        ("created", {"error": "port is taken"}, "RunContainerError", "DOWN: 0 of 1 ready, "),
    ],
)
def test_states_in_kubectls_words(state: str, more: dict[str, object], status: str, said: str) -> None:
    found = made(container("api", state, **more), api=ServiceSpec("api"))
    (pod,) = found["Pod"]
    assert isinstance(pod, Pod)
    assert pod_status(pod).reason == status
    assert words(found[SERVICE][0]) == said


def test_an_older_configuration_waits_for_an_up() -> None:
    old = container("api", labels={HASH: "old"})
    assert (
        words(made(old, api=ServiceSpec("api", hash="new"))[SERVICE][0])
        == "up; the file says otherwise by now"
    )
    same = container("api", labels={HASH: "new"})
    assert words(made(same, api=ServiceSpec("api", hash="new"))[SERVICE][0]) == "up"


def test_a_service_that_is_in_no_file_is_shown_as_it_runs() -> None:
    found = made(container("debug", labels={"com.docker.compose.depends_on": "db:service_healthy:true"}))
    assert words(found[SERVICE][0]) == "up"


def test_a_container_says_what_it_waits_for() -> None:
    services = {
        "db": ServiceSpec("db"),
        "api_migrate": ServiceSpec("api-migrate", depends_on={"db": "service_healthy"}),
        "api": ServiceSpec("api", depends_on={"api-migrate": DONE}),
    }
    db = container("db", health="starting")
    created = (container("api-migrate", "created"), container("api", "created"))
    found = made(db, *created, **services)
    assert words(found[SERVICE][1]) == "waits for api-migrate, "
    (job,) = found["Job"]
    assert isinstance(job, Job)
    assert job.conditions[0].message == "waits for db"
    failed = container("api-migrate", "exited", exit_code=1, finished=101.0)
    assert words(made(db, failed, created[1], **services)[SERVICE][1]) == "not started: api-migrate failed, "


def test_a_one_shot_that_runs_again_is_another_job() -> None:
    first = container("api-migrate", "exited", finished=101.0)
    again = container("api-migrate", "running", started=200.0)
    spec = {"api_migrate": ServiceSpec("api-migrate")}
    before, after = made(first, **spec)["Job"][0], made(again, **spec)["Job"][0]
    assert isinstance(before, Job)
    assert isinstance(after, Job)
    assert before.meta.uid != after.meta.uid
    assert before.succeeded == 1
    assert after.active == 1


def test_more_containers_than_the_file_says_are_all_wanted() -> None:
    two = (container("api"), container("api", id="other", number=2, name="p-api-2"))
    (workload,) = made(*two, api=ServiceSpec("api"))[SERVICE]
    assert isinstance(workload, Workload)
    assert (workload.ready, workload.replicas) == (2, 2)
