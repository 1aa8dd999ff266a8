"""A typed client of the simulator's control address, for tests."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

Object = dict[str, Any]


class DemoError(Exception):
    """The control address refused."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running simulator process."""

    process: subprocess.Popen[bytes]
    control: str
    folder: Path
    context: ssl.SSLContext
    client: httpx.Client

    @classmethod
    def start(cls, *options: str) -> Self:
        """Starts `python -m tui.demo`; it ends with `stop`, or with this process."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tui.demo", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise DemoError(f"the demo ended with {process.wait()}")
        told = json.loads(said)
        folder = Path(told["folder"])
        context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        client = httpx.Client(verify=context, trust_env=False, timeout=30)
        return cls(process, told["control"], folder, context, client)

    def stop(self) -> None:
        """Ends it and waits."""
        self.client.close()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def call(self, path: str, body: Object | None = None) -> Any:
        """One action; DemoError when it is refused."""
        answer = self.client.post(f"{self.control}/{path}", json=body or {})
        if answer.status_code != 200:
            raise DemoError(answer.text)
        return answer.json()["result"]

    def world(self, scene: str = "empty", **options: Any) -> WorldControl:
        """A new world; options: name, environments, at, frozen, speed, bookmark_seconds."""
        return self._control(self.call("worlds", {"scene": scene, **options}))

    def attach(self, name: str) -> WorldControl:
        """A world that is there: "demo" is made at start."""
        return self._control(self.call(f"worlds/{name}"))

    def _control(self, made: Object) -> WorldControl:
        authority, kubeconfig, config = (Path(made[each]) for each in ("authority", "kubeconfig", "config"))
        return WorldControl(self, made["name"], made["server"], authority, kubeconfig, config, made["token"])


@dataclass(frozen=True, slots=True)
class WorldControl:
    """One world; methods without `environment` mean production."""

    demo: Demo
    name: str
    server: str
    authority: Path
    kubeconfig: Path
    config: Path
    token: str

    def _call(self, action: str, **body: Any) -> Any:
        return self.demo.call(f"worlds/{self.name}/{action}", body)

    def url(self, path: str = "", environment: str = "production") -> str:
        """The address of a cluster, or of a path in it."""
        return f"{self.server}/{environment}{path}"

    def http(self, environment: str = "production", token: str | None = None) -> httpx.AsyncClient:
        """A plain client of one cluster, to be used as a context manager."""
        return httpx.AsyncClient(
            base_url=self.url("", environment),
            verify=self.demo.context,
            trust_env=False,
            timeout=20,
            headers={"Authorization": f"Bearer {self.token if token is None else token}"},
        )

    def drop(self) -> None:
        """The world ends."""
        self._call("drop")

    def now(self) -> float:
        """Its clock, in epoch seconds."""
        return float(self._call("now"))

    def step(self, seconds: float = 0.0) -> None:
        """Its clock goes on, the behaviours with it."""
        self._call("step", seconds=seconds)

    def freeze(self, frozen: bool = True) -> None:
        """Its clock stands still, or runs."""
        self._call("freeze", frozen=frozen)

    def bookmarks(self, seconds: float) -> None:
        """How often new watches get a bookmark."""
        self._call("bookmarks", seconds=seconds)

    def put(self, *objects: Object, environment: str = "production") -> list[Object]:
        """Objects as they are to be, with status."""
        found: list[Object] = self._call("put", environment=environment, objects=list(objects))
        return found

    def patch(
        self, kind: str, namespace: str, name: str, patch: Any, *, environment: str = "production"
    ) -> Object:
        """A merge patch (object) or JSON patch (list), status included."""
        found: Object = self._call(
            "patch", environment=environment, kind=kind, namespace=namespace, name=name, patch=patch
        )
        return found

    def get(self, kind: str, namespace: str, name: str, *, environment: str = "production") -> Object | None:
        """The stored object."""
        found: Object | None = self._call(
            "get", environment=environment, kind=kind, namespace=namespace, name=name
        )
        return found

    def all(self, kind: str, namespace: str = "", *, environment: str = "production") -> list[Object]:
        """The objects of a kind; in all namespaces when it is empty."""
        found: list[Object] = self._call("get", environment=environment, kind=kind, namespace=namespace)
        return found

    def delete(
        self,
        kind: str,
        namespace: str,
        name: str,
        *,
        grace: float | None = None,
        environment: str = "production",
    ) -> None:
        """As the API does; `grace` 0 is at once."""
        self._call("delete", environment=environment, kind=kind, namespace=namespace, name=name, grace=grace)

    def event(
        self,
        kind: str,
        namespace: str,
        name: str,
        reason: str,
        message: str,
        *,
        type: str = "Normal",
        environment: str = "production",
    ) -> None:
        """An Event about an object."""
        self._call(
            "event",
            environment=environment,
            kind=kind,
            namespace=namespace,
            name=name,
            reason=reason,
            message=message,
            type=type,
        )

    def fault(self, what: str, path: str = "", **options: Any) -> None:
        """status (code, body, retry_after), drop, hang, latency (seconds), cut and slow (bytes)."""
        self._call("fault", what=what, path=path, **options)

    def clear_faults(self) -> None:
        """All is well again."""
        self._call("clear-faults")

    def expire(self, environment: str = "production", version: int | None = None) -> None:
        """Every version given out so far is too old (410); or the history is another one, at `version`."""
        self._call("expire", environment=environment, version=version)

    def end_streams(self, *kinds: str, cut: bool = False, environment: str = "production") -> int:
        """Ends open watches of these kinds ("log" for logs; all without any); the number of them."""
        return int(self._call("streams", environment=environment, kinds=list(kinds), cut=cut))

    def inject(self, kind: str, text: str, *, environment: str = "production") -> int:
        """Raw text into the open watches of a kind; the number of them."""
        return int(self._call("inject", environment=environment, kind=kind, text=text))

    def streams(self, environment: str = "production") -> list[str]:
        """The kinds of the open streams."""
        found: list[str] = self._call("open", environment=environment)
        return found

    def user(
        self,
        name: str,
        rules: Sequence[Object] | None = None,
        *,
        groups: Sequence[str] = (),
        renew: bool = False,
    ) -> str:
        """A user with rules (None: everything), new or changed; the token."""
        rights = None if rules is None else list(rules)
        return str(self._call("user", name=name, rules=rights, groups=list(groups), renew=renew)["token"])

    def kubeconfig_of(self, user: str) -> Path:
        """A kubeconfig with that user in all contexts."""
        return Path(self._call("kubeconfig", user=user))

    def requests(self, method: str = "", path: str = "") -> list[Object]:
        """The record, oldest first: those of this method whose path contains the text."""
        found: list[Object] = self._call("requests")
        return [each for each in found if method in ("", each["method"]) and path in each["path"]]

    def clear_requests(self) -> None:
        """Begins a new record."""
        self._call("clear-requests")

    def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *lines: str | bytes,
        instance: int | None = None,
        at: float | None = None,
        stream: str = "stdout",
        environment: str = "production",
    ) -> None:
        """Lines of a container's present run, or of `instance` (a restart count)."""
        self._call(
            "log",
            environment=environment,
            namespace=namespace,
            pod=pod,
            container=container,
            hex=[(line.encode() if isinstance(line, str) else line).hex() for line in lines],
            instance=instance,
            at=at,
            stream=stream,
        )

    def rotate(
        self, namespace: str, pod: str, container: str, keep: int = 0, *, environment: str = "production"
    ) -> None:
        """All but the last lines are gone."""
        self._call(
            "rotate", environment=environment, namespace=namespace, pod=pod, container=container, keep=keep
        )

    def restart_container(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        code: int = 1,
        reason: str = "Error",
        environment: str = "production",
    ) -> None:
        """The container ends with that code and starts again."""
        self._call(
            "restart-container",
            environment=environment,
            namespace=namespace,
            pod=pod,
            container=container,
            code=code,
            reason=reason,
        )

    async def until(self, true: Callable[[], Any], seconds: float = 10) -> Any:
        """Asks until the answer is truthy, and returns it; AssertionError after `seconds`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not (found := true()):
            assert loop.time() < end, "the demo did not come to that state"
            await asyncio.sleep(0.02)
        return found
