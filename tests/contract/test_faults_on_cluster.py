"""Links that fail and rights that go on the real API server: what is said, and that all comes back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.place import Place, pod_spec, shell
from tests.contract.test_cockpit_on_cluster import opened, select
from tests.contract.test_workloads import deploy
from tests.link import Link
from tests.moved_clock import MovedClock
from tests.recording_server import Authority
from tests.wired import QUICK, until
from tui.clock import Clock, SystemClock
from tui.model.environment import Environment, Purpose
from tui.model.log import Chunk, Seam, SeamKind
from tui.panes.workloads import WorkloadsPane
from tui.session import Numbers, Session
from tui.store import LinkState
from tui.tail import Selection, Tail
from tui.wire.access import Access, Tls, Token
from tui.wire.kube import Client
from tui.wire.kubeconfig import load
from tui.wire.secret import Secret
from tui.wire.server import Server

pytestmark = pytest.mark.cluster

SOON = Numbers(look=0.05, stagger=0.0)
GROUP = "rbac.authorization.k8s.io"


@contextlib.asynccontextmanager
async def reading(place: Place, access: Access, clock: Clock | None = None) -> AsyncIterator[Session]:
    """A session in front that reads the test's own namespace."""
    clock = clock or SystemClock()
    server = Server(access, clock, environ={})
    own = (Purpose(place.namespace, place.namespace),)
    numbers, quick = (SOON, QUICK) if isinstance(clock, SystemClock) else (Numbers(), None)
    made = Session(
        Environment("real", namespaces=own), Client(server), clock, numbers=numbers, feed_numbers=quick
    )
    made.start()
    await made.front(True)
    try:
        yield made
    finally:
        await made.stop()
        await server.close()


def relay(place: Place) -> Link:
    url = urlsplit(place.access.server)
    return Link(url.hostname or "", url.port or 443)


def through(place: Place, link: Link) -> Access:
    url = urlsplit(place.access.server)
    return replace(place.access, server=f"https://127.0.0.1:{link.port}{url.path}")


def live(made: Session) -> bool:
    return made.link.state is LinkState.LIVE and made.store.link("Pod") is not None


def has(made: Session, kind: str, name: str) -> bool:
    return any(record.meta.name == name for record in made.store.all(kind))


async def config_map(place: Place, name: str) -> None:
    await place.create("ConfigMap", name, "v1", data={})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"server": "https://no-such-host.invalid:6443"}, "name does not resolve: no-such-host.invalid"),
        ({"proxy_url": Secret("http://127.0.0.1:9")}, "refused"),
        ({"server": "https://127.0.0.1:9"}, "refused"),
    ],
)
async def test_a_server_that_is_not_reached(cluster: Place, change: dict[str, Any], said: str) -> None:
    async with reading(cluster, replace(cluster.access, **change)) as made:
        await until(lambda: made.link.state is LinkState.UNREACHABLE)
        assert said in str(made.error)


async def test_a_wrong_certificate_that_is_mended(cluster: Place, tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_text(Authority(tmp_path, "another").pem)
    async with reading(cluster, replace(cluster.access, tls=Tls(ca_file=file))) as made:
        await until(lambda: made.link.state is LinkState.UNREACHABLE)
        assert "is not trusted" in str(made.error)
        right = cluster.access.tls
        file.write_text(right.ca_data or (right.ca_file or Path()).read_text())
        await until(lambda: live(made), 20)


async def test_a_token_that_is_revoked_while_it_is_used_and_renewed(cluster: Place, tmp_path: Path) -> None:
    file = tmp_path / "token"
    await rights(cluster, [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}])
    file.write_text(await token(cluster))
    async with relay(cluster) as link:
        access = replace(through(cluster, link), certificate=None, auth=Token(Secret(""), file))
        async with reading(cluster, access) as made:
            await until(lambda: live(made), 20)
            await cluster.http.delete(cluster.path("ServiceAccount", "guest"))  # ends its tokens
            file.write_text("not-a-token")
            link.cut()
            link.mend()
            await until(lambda: made.error is not None and "401" in str(made.error), 90)
            assert "log in again" in str(made.error)
            file.write_text(await token(cluster))
            await until(lambda: live(made), 90)


async def test_a_cut_a_refusal_and_a_half_open_link(cluster: Place) -> None:
    await config_map(cluster, "first")
    clock = MovedClock()
    async with relay(cluster) as link, reading(cluster, through(cluster, link), clock) as made:
        await clock.until(lambda: len(made.store.links) > 15, most=10)
        await until(lambda: live(made) and has(made, "ConfigMap", "first"), 20)
        link.cut()
        await cluster.http.delete(cluster.path("ConfigMap", "first"))
        await config_map(cluster, "second")
        before, began = link.connections, clock.monotonic()
        for _ in range(20):
            seen = link.connections
            clock.move(1)
            await until(lambda seen=seen: link.connections > seen)  # type: ignore[misc]
        assert link.connections - before <= clock.monotonic() - began + 2, "one attempt a second"
        assert made.link.state is LinkState.STALE
        link.mend()
        clock.move(1)
        await until(lambda: has(made, "ConfigMap", "second") and live(made), 30)
        assert not has(made, "ConfigMap", "first")
        link.freeze()
        moved = clock.moved
        await clock.until(lambda: made.link.state is LinkState.STALE, most=16)
        assert clock.moved - moved <= 16
        link.mend()
        await until(lambda: live(made), 30)


async def test_cuts_lose_and_double_no_log_line(cluster: Place) -> None:
    script = "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); sleep 0.03; done; sleep 60"
    await cluster.create("Pod", "p", spec=pod_spec(shell("app", script), restart="Never"))
    await cluster.until("Pod", "p", lambda pod: pod["status"].get("phase") == "Running")
    lines: list[bytes] = []
    seams: list[Seam] = []
    async with relay(cluster) as link, reading(cluster, through(cluster, link)) as made:
        await until(lambda: has(made, "Pod", "p"), 20)
        tail = Tail(made.client, made.store, SystemClock(), lambda: Selection(tuple(made.store.all("Pod"))))  # type: ignore[arg-type]

        async def read() -> None:
            async for batch in tail.batches():
                for item in batch:
                    if isinstance(item, Chunk):
                        lines.extend(line.split(b" ", 1)[1] for line in item.data.splitlines())
                    else:
                        seams.append(item)

        task = asyncio.create_task(read())
        try:
            for so_far in (40, 120, 200):
                await until(lambda so_far=so_far: len(lines) >= so_far, 30)  # type: ignore[misc]
                link.cut()
                await until(lambda: "link lost" in tail.status.words)
                link.mend()
            await until(lambda: len(lines) >= 300, 60)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert lines == [b"line %d" % number for number in range(300)]
    assert not [seam for seam in seams if seam.kind is SeamKind.LOSS]


async def test_rights_that_are_taken_away_and_given_again(cluster: Place) -> None:
    reads = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    workloads = {**reads, "apiGroups": ["apps", "batch"]}
    await deploy(cluster, "web")
    await rights(cluster, [workloads])
    access = replace(cluster.access, certificate=None, auth=Token(Secret(await token(cluster))))
    async with reading(cluster, access) as made:
        made.needs = frozenset()
        await until(lambda: has(made, "Deployment", "web"), 20)
        await until(lambda: state(made, "Pod", cluster) is LinkState.FORBIDDEN, 20)
        assert "pods" in str(made.store.links["Pod", cluster.namespace].error)
        await rights(cluster, [reads])
        made.review()
        await until(lambda: made.store.count("Pod") > 0, 30)
        await rights(cluster, [workloads])
        async with asyncio.timeout(20):
            while (await made.client.can("watch", "pods", cluster.namespace)).allowed:  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # the server's own view of the roles comes a moment later
        made.review()
        await until(lambda: state(made, "Pod", cluster) is LinkState.FORBIDDEN, 60)
        assert made.store.count("Pod") == 0
        assert has(made, "Deployment", "web")
        assert state(made, "Deployment", cluster) is LinkState.LIVE


@pytest.mark.parametrize("person", ["viewer", "deployer"])
async def test_keys_say_what_a_person_may_not(
    cluster: Place, cluster_kubeconfig: Path, tmp_path: Path, person: str
) -> None:
    file = cluster_kubeconfig.parent / f"{person}.kubeconfig"
    if not file.exists():
        pytest.skip(f"the bench has no {person}")
    auth = (await cluster.http.get("/apis/apps/v1/namespaces/services/deployments/auth")).json()
    theirs = replace(cluster, kubeconfig=file, access=load(file, {}, Path("/nowhere")).access(None))
    async with opened(theirs, tmp_path, "services") as driver:
        await driver.press("right")
        await driver.sees("auth")
        select(driver, WorkloadsPane, auth)
        rights_known = driver.app.view
        assert rights_known is not None
        store = rights_known.session.store
        await driver.until(lambda: store.right("patch", "deployments.apps", "services") is not None)
        await driver.press("r")
        if person == "viewer":
            await driver.sees("You may not patch deployments in services")
        else:
            await driver.asked("Restart auth")
            await driver.press("escape")
            await driver.sees_no("ctrl+y copy")
        await driver.press("R")
        if person == "viewer":
            await driver.sees("You may not patch deployments in services")
        else:
            await driver.asked("Roll auth back")
            await driver.press("escape")
            await driver.sees_no("Roll auth back")
        await driver.press("right", "right", "right", "right")
        await driver.sees("forbidden")  # neither may list Secrets


def state(made: Session, kind: str, place: Place) -> LinkState | None:
    """Of the feed of a kind, over the cluster or in the test's own namespace."""
    link = made.store.links.get((kind, place.namespace)) or made.store.links.get((kind, ""))
    return link.state if link is not None else None


async def rights(place: Place, rules: list[dict[str, Any]]) -> None:
    """The rules of the service account `guest` in the test's namespace from now on."""
    answer = await place.http.get(place.path("Role", "guest"))
    if answer.status_code == 200:
        await place.patch("Role", "guest", {"rules": rules})
        return
    await place.create("Role", "guest", f"{GROUP}/v1", rules=rules)
    role = {"kind": "Role", "name": "guest", "apiGroup": GROUP}
    subject = {"kind": "ServiceAccount", "name": "guest", "namespace": place.namespace}
    await place.create("RoleBinding", "guest", f"{GROUP}/v1", subjects=[subject], roleRef=role)


async def token(place: Place) -> str:
    """A token of the service account `guest`, which is made when it is not there."""
    if (await place.http.get(place.path("ServiceAccount", "guest"))).status_code == 404:
        await place.create("ServiceAccount", "guest", "v1")
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    answer = await place.http.post(f"{place.path('ServiceAccount', 'guest')}/token", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["status"]["token"])
