"""A cluster to ask, the simulator or a real one, and a namespace in it that is the test's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.demo_control import WorldControl
from tests.kubectl import kubectl
from tui.clock import SystemClock
from tui.wire.access import Access, Token
from tui.wire.kinds import KINDS
from tui.wire.kube import Client
from tui.wire.server import Server
from tui.wire.tls import context

Object = dict[str, Any]
T = TypeVar("T")

SHELL = "deploytui/busybox:1.0.0"
_OTHERS = {
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}


@dataclass(slots=True)
class Place:
    """`world` is the simulator's control, None on a real cluster."""

    kubeconfig: Path
    access: Access
    cache: Path
    namespace: str
    http: httpx.AsyncClient
    client: Client
    world: WorldControl | None = None
    options: str = ""  # more of them for kubectl

    def path(self, kind: str, name: str = "") -> str:
        """Where the API has objects of that kind, in the test's namespace."""
        if kind in _OTHERS:
            return _OTHERS[kind].format(self.namespace) + (f"/{name}" if name else "")
        return KINDS[kind].url(self.namespace, name)

    async def get(self, kind: str, name: str) -> Object:
        """One object that must be there."""
        answer = await self.http.get(self.path(kind, name))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def all(self, kind: str, labels: str = "") -> list[Object]:
        """Objects of a kind, oldest first."""
        answer = await self.http.get(self.path(kind), params={"labelSelector": labels} if labels else {})
        assert answer.status_code == 200, answer.text
        found: list[Object] = answer.json()["items"]
        return sorted(found, key=lambda one: str(one["metadata"]["creationTimestamp"]))

    async def create(self, kind: str, name: str, api: str = "", **members: Any) -> Object:
        """A new object; `metadata` among the members is added to name and namespace."""
        meta = {"name": name, "namespace": self.namespace, **members.pop("metadata", {})}
        body = {"kind": kind, "metadata": meta, **members}
        if api or kind in KINDS:
            body["apiVersion"] = api or KINDS[kind].path.partition("/")[2]
        answer = await self.http.post(self.path(kind), json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def patch(self, kind: str, name: str, body: Any, how: str = "merge") -> httpx.Response:
        """A patch of that sort: merge, strategic-merge or json."""
        content_type = f"application/{how}-patch+json"
        content = json.dumps(body)
        path = self.path(kind, name)
        return await self.http.patch(path, content=content, headers={"content-type": content_type})

    async def until(self, kind: str, name: str, holds: Callable[[Object], Any], within: float = 60) -> Object:
        """Asks again until the object is as wanted, and returns it."""
        return await self._until(partial(self.get, kind, name), holds, within)

    async def until_gone(self, kind: str, labels: str = "", within: float = 60) -> None:
        """Asks again until there is no object of that kind with those labels."""
        await self._until(partial(self.all, kind, labels), lambda found: not found, within)

    async def _until(self, ask: Callable[[], Awaitable[T]], holds: Callable[[T], Any], within: float) -> T:
        try:
            async with asyncio.timeout(within):
                while not holds(found := await ask()):  # noqa: ASYNC110 - another process is waited for
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"it stayed as it is: {await ask()}") from None
        return found

    async def kubectl(self, line: str, *more: str, within: float = 60) -> str:
        """What kubectl prints, in the test's namespace."""
        whole = f"--namespace={self.namespace} {self.options} {line}"
        return await kubectl(self.kubeconfig, self.cache, whole, *more, within=within)

    async def user(self, name: str, rules: Sequence[Object]) -> dict[str, str]:
        """The headers of a user who has those rules in this namespace, and no others."""
        if self.world is not None:
            self.world.user(name, [{**rule, "namespaces": [self.namespace]} for rule in rules])
        else:
            group = "rbac.authorization.k8s.io"
            await self.create("Role", name, f"{group}/v1", rules=list(rules))
            subject = {"kind": "User", "name": name, "apiGroup": group}
            role = {"kind": "Role", "name": name, "apiGroup": group}
            await self.create("RoleBinding", name, f"{group}/v1", subjects=[subject], roleRef=role)
        return {"Impersonate-User": name}


@asynccontextmanager
async def placed(
    kubeconfig: Path, access: Access, cache: Path, namespace: str, world: WorldControl | None = None
) -> AsyncIterator[Place]:
    """Makes the namespace and the clients; all of it ends, the namespace without being waited for."""
    headers = {"Authorization": f"Bearer {_token(access)}"} if isinstance(access.auth, Token) else {}
    server = Server(access, SystemClock(), environ={})
    async with httpx.AsyncClient(
        base_url=access.server,
        verify=context(access.tls, access.certificate),
        trust_env=False,
        timeout=30,
        headers=headers,
    ) as http:
        made = await http.post("/api/v1/namespaces", json={"metadata": {"name": namespace}})
        assert made.status_code == 201, made.text
        try:
            yield Place(kubeconfig, access, cache, namespace, http, Client(server), world)
        finally:
            await http.delete(f"/api/v1/namespaces/{namespace}")
            await server.close()


def _token(access: Access) -> str:
    assert isinstance(access.auth, Token)
    return access.auth.token.reveal()


def shell(name: str, script: str, **more: Any) -> Object:
    """A container that runs a script of echo, sleep and exit; both sorts of cluster know how."""
    return {
        "name": name,
        "image": SHELL,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", script],
        **more,
    }


def pod_spec(*containers: Object, restart: str = "Always", **more: Any) -> Object:
    """A pod that ends as soon as it is asked to."""
    return {
        "terminationGracePeriodSeconds": 0,
        "restartPolicy": restart,
        "containers": list(containers),
        **more,
    }


def workload_spec(app: str, *containers: Object, **more: Any) -> Object:
    """The spec of a Deployment, StatefulSet or DaemonSet over pods with the label `app`."""
    labels = {"app": app}
    template = {"metadata": {"labels": labels}, "spec": pod_spec(*containers)}
    return {"selector": {"matchLabels": labels}, "template": template, **more}
