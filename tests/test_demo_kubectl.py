"""kubectl works against the simulator: what it prints is what it prints of a real cluster."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

import pytest

from tests.demo_control import Demo, WorldControl
from tests.kubectl import kubectl as kubectl_of

pytestmark = [
    pytest.mark.slow,  # kubectl is a process each time
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed"),
]

Kubectl = Callable[..., Coroutine[None, None, str]]


@pytest.fixture
def small(demo: Demo) -> Iterator[WorldControl]:
    """The scene `small`; time goes ten times as fast, so that rollouts end soon."""
    made = demo.world("small", speed=10)
    yield made
    made.drop()


@pytest.fixture(scope="session")
def discovered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """kubectl's cache: one discovery for all tests."""
    return tmp_path_factory.mktemp("kubectl")


@pytest.fixture
def kubectl(small: WorldControl, discovered: Path) -> Kubectl:
    """Runs kubectl in production; what it printed, also of errors."""

    async def run(line: str, *more: str, user: str = "") -> str:
        kubeconfig = small.kubeconfig_of(user) if user else small.kubeconfig
        return await kubectl_of(kubeconfig, discovered, line, *more)

    return run


def rows_of(table: str) -> dict[str, list[str]]:
    """Cells by the first one."""
    return {line.split()[0]: line.split()[1:] for line in table.splitlines()[1:] if line.strip()}


async def test_get(kubectl: Kubectl, small: WorldControl) -> None:
    rows = rows_of(await kubectl("get deployments"))
    assert rows["auth"][:3] == ["3/3", "3", "3"]
    assert rows["personal"][:3] == ["2/2", "1", "2"]
    status = {cells[1] for cells in rows_of(await kubectl("get pods")).values()}
    assert "Running" in status
    assert "Error" in status
    assert rows_of(await kubectl("get jobs"))["personal-migrate"][:2] == ["Failed", "0/1"]
    listed = json.loads(await kubectl("get pods -A -o json"))
    assert len(listed["items"]) == len(small.all("Pod"))
    assert "NOMINATED NODE" in await kubectl("get pods -o wide")
    assert "node-1" in await kubectl("get nodes")
    assert await kubectl("get pod nope") == 'Error from server (NotFound): pods "nope" not found\n'


async def test_every_kind_can_be_got(kubectl: Kubectl) -> None:
    names = (await kubectl("api-resources --verbs=list -o name")).split()
    assert {"pods", "deployments.apps", "jobs.batch", "applications.argoproj.io"} <= set(names)
    got = await kubectl(f"get {','.join(names)} -A")
    assert "rror" not in got.replace("Error  ", "")


async def test_describe(kubectl: Kubectl) -> None:
    deployment = await kubectl("describe deployment personal")
    assert "Progressing    False   ProgressDeadlineExceeded" in deployment
    assert "ScalingReplicaSet" in deployment
    pods = await kubectl("describe pods -l app.kubernetes.io/name=auth")
    assert pods.count("Controlled By:  ReplicaSet/auth-") == 3


async def test_rollout_of_a_deployment(kubectl: Kubectl) -> None:
    assert await kubectl("rollout restart deployment/auth") == "deployment.apps/auth restarted\n"
    status = await kubectl("rollout status deployment/auth")
    assert status.endswith('deployment "auth" successfully rolled out\n')
    history = await kubectl("rollout history deployment/personal")
    assert "3         release 2.0.0: profiles in two languages" in history
    stuck = await kubectl("rollout status deployment/personal")
    assert stuck == 'error: deployment "personal" exceeded its progress deadline\n'
    assert await kubectl("rollout undo deployment/personal") == "deployment.apps/personal rolled back\n"
    status = await kubectl("rollout status deployment/personal")
    assert status.endswith('deployment "personal" successfully rolled out\n')
    assert "4         release 1.9.1" in await kubectl("rollout history deployment/personal")
    await kubectl("rollout pause deployment/auth")
    assert "can't restart paused deployment" in await kubectl("rollout restart deployment/auth")


async def test_rollout_of_the_others(kubectl: Kubectl) -> None:
    for target, namespace in (("daemonset/log-agent", "observability"), ("statefulset/postgres", "data")):
        assert "restarted" in await kubectl(f"rollout restart {target} -n {namespace}")
        status = await kubectl(f"rollout status {target} -n {namespace}")
        assert "rolled out" in status or "partitioned roll out complete: 1 new pods" in status
        assert "rolled back" in await kubectl(f"rollout undo {target} -n {namespace}")


async def test_logs(kubectl: Kubectl, small: WorldControl) -> None:
    small.freeze()
    (pod, *_) = [
        each for each in small.all("Pod", "services") if each["metadata"]["name"].startswith("auth-")
    ]
    name = pod["metadata"]["name"]
    small.log("services", name, "auth", "before", at=small.now() - 1)
    small.log("services", name, "auth", "\x1b[31mnow", at=small.now())
    assert await kubectl(f"logs {name} --tail=2") == "before\n\x1b[31mnow\n"
    assert (await kubectl(f"logs {name} --tail=1 --timestamps")).split()[1] == "\x1b[31mnow"
    following = asyncio.create_task(kubectl(f"logs {name} -f --tail=1"))
    await small.until(lambda: "log" in small.streams())
    small.log("services", name, "auth", "after")
    small.end_streams("log")
    assert (await following).startswith("\x1b[31mnow\n")
    assert "no_such_table" in await kubectl("logs job/personal-migrate --since=1h")
    assert "not found" in await kubectl(f"logs {name} --previous")


async def test_rights_and_who_i_am(kubectl: Kubectl, small: WorldControl) -> None:
    small.user("viewer", [{"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]}])
    assert await kubectl("auth can-i patch deployments") == "yes\n"
    assert await kubectl("auth can-i patch deployments", user="viewer") == "no\n"
    assert "Username    viewer" in await kubectl("auth whoami", user="viewer")
    assert "[get list watch]" in await kubectl("auth can-i --list", user="viewer")
    assert 'is forbidden: User "viewer" cannot patch' in await kubectl(
        "rollout restart deployment/auth", user="viewer"
    )


async def test_writes(kubectl: Kubectl, small: WorldControl) -> None:
    patch = '{"metadata":{"labels":{"a":"b"}}}'
    assert "patched" in await kubectl("patch deployment auth -p", patch)
    assert "scaled" in await kubectl("scale deployment auth --replicas=2")
    (pod, *_) = small.all("Pod", "services")
    assert "deleted" in await kubectl(f"delete pod {pod['metadata']['name']}")
    assert "deleted" in await kubectl("delete deployment search")
    await small.until(
        lambda: not [each for each in small.all("Pod") if each["metadata"]["name"].startswith("search-")]
    )


async def test_config_view(kubectl: Kubectl, small: WorldControl) -> None:
    seen = json.loads(await kubectl("config view -o json"))
    assert {each["name"] for each in seen["contexts"]} == {"development", "staging", "production"}
    assert (small.kubeconfig.stat().st_mode & 0o777) == 0o600
