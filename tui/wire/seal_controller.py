"""The Sealed Secrets controller, asked through the service proxy: certificate, verify, rotate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from tui.clock import Clock
from tui.errors import (
    Conflict,
    DeployError,
    Forbidden,
    Gone,
    Invalid,
    Overloaded,
    Refused,
    Unknown,
    Unreachable,
)
from tui.model.sealed_secret import Scope, Seal
from tui.wire.certificate import Certificate, usable
from tui.wire.plain import plain
from tui.wire.sealing import Object, bare, encrypted_of, seal_of, sealed_secret, with_encrypted
from tui.wire.server import Answer, Server

# What its manifest and its Helm chart call it; kubeseal looks for the first alone.
USUAL = ("kube-system/sealed-secrets-controller", "kube-system/sealed-secrets")
_LABELLED = "app.kubernetes.io/name=sealed-secrets"
_OFFLINE = "set cert: of this environment to a file or URL"
_PEM = {"Accept": "application/x-pem-file, */*"}
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Seconds, unless said otherwise."""

    answer: float = 15.0  # until the controller must have answered
    burst: int = 2  # its rate limit: so many at once, then one in each pause
    pause: float = 0.55
    attempts: int = 6  # at one question that is answered with 429


class _Port(msgspec.Struct):
    name: str = ""


class _ServiceSpec(msgspec.Struct):
    ports: list[_Port] | None = None


class _ServiceMeta(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _Service(msgspec.Struct):
    metadata: _ServiceMeta = msgspec.field(default_factory=_ServiceMeta)
    spec: _ServiceSpec = msgspec.field(default_factory=_ServiceSpec)


class _Services(msgspec.Struct):
    items: list[_Service] | None = None


class SealController:
    """`place` is `namespace/name`, "" tries the usual names. Raises only tui.errors; writes no object."""

    def __init__(self, server: Server, clock: Clock, place: str = "", numbers: Numbers | None = None) -> None:
        self.place = place  # where it was found, at last
        self._configured = place
        self._server = server
        self._clock = clock
        self._numbers = numbers or Numbers()
        self._path = ""
        self._asked: list[float] = []  # monotonic seconds of the questions that count for the rate limit

    async def certificate(self) -> Certificate:
        """Its newest one, fit for sealing now."""
        answer = await self._ask("GET", "v1/cert.pem", headers=_PEM)
        return usable(answer.body, self.place, self._clock.now())

    async def opens(self, thing: Object) -> bool:
        """Whether it could open all values of a SealedSecret; no object is made."""
        sent = bare(thing)
        spec = {"encryptedData": encrypted_of(sent)}
        template = {**((sent.get("spec") or {}).get("template") or {})}
        template.pop("data", None)  # a template that fails would look like a value that can't be opened
        body = msgspec.json.encode({**sent, "spec": {**spec, "template": template}})
        for _ in range(self._numbers.attempts):
            await self._take_turn()
            try:
                await self._ask("POST", "v1/verify", headers=_JSON, content=body)
            except Conflict:
                return False
            except Overloaded as error:
                await self._clock.sleep(error.retry_after or self._numbers.pause)
            else:
                return True
        raise Overloaded(f"{self.place} answers too many requests", "others ask it too: wait and try again")

    async def unopened(self, thing: Object) -> tuple[str, ...]:
        """The keys that it can't open: one question when all is well, else one more for each key."""
        if await self.opens(thing):
            return ()
        values = encrypted_of(thing)
        if len(values) == 1:
            return tuple(values)
        found = []
        for key, value in values.items():
            one = {**thing, "spec": {**thing["spec"], "encryptedData": {key: value}}}
            if not await self.opens(one):
                found.append(key)
        return tuple(found)

    async def sealed_for(self, thing: Object, key: str, others: Iterable[Seal]) -> Seal | None:
        """The first of `others` for which that value would open: where it was really sealed for."""
        value = encrypted_of(thing)[key]
        for other in others:
            if await self.opens(sealed_secret(other, {key: value})):
                return other
        return None

    async def rotate(self, thing: Object) -> Object:
        """The same object, its values sealed with the newest key; its template stays as it was."""
        sent = bare(thing)
        template = {**((sent.get("spec") or {}).get("template") or {})}
        template.pop("data", None)
        sent["spec"] = {"encryptedData": encrypted_of(sent), "template": template}
        try:
            answer = await self._ask("POST", "v1/rotate", headers=_JSON, content=msgspec.json.encode(sent))
        except Unreachable as error:
            if not error.title.endswith(("answered 500", "(500)")):
                raise
            title = f"{self.place} can't open it, so it can't seal it again"
            raise Refused(title, "verify it: the keys that can't be opened are named there") from error
        try:
            found = msgspec.json.decode(answer.body, type=dict[str, object])
            fresh = encrypted_of(found)
            again = seal_of({**found, "kind": "SealedSecret"})  # its answer does not say so
        except (msgspec.MsgspecError, ValueError, AttributeError, Refused):
            raise Unreachable(
                f"{self.place}: the answer is no SealedSecret", "is it the controller?"
            ) from None
        lost = encrypted_of(thing).keys() - fresh.keys()
        if lost or again.scope is not seal_of(thing).scope:
            raise Refused(f"{self.place} gave back another object than it was sent", "nothing was changed")
        return with_encrypted(thing, {key: fresh[key] for key in encrypted_of(thing)})

    async def _ask(
        self, method: str, path: str, *, headers: dict[str, str], content: bytes | None = None
    ) -> Answer:
        """Through the proxy; a controller that is silent is not taken for an API server that is."""
        try:
            async with self._clock.timeout(self._numbers.answer):
                where = self._path or await self._find()
                whole = f"{where}/{path}"
                answer = await self._server.request(
                    method, whole, headers=headers, content=content, timeout=2 * self._numbers.answer
                )
        except TimeoutError:
            title = f"{self.place or 'the Sealed Secrets controller'} gave no answer within"
            hint = f"a firewall before the nodes? {_OFFLINE}"
            raise Unreachable(f"{title} {self._numbers.answer:g} s", hint) from None
        except DeployError as error:
            raise self._told(error) from error
        self._path = where
        return answer

    def _told(self, error: DeployError) -> DeployError:
        """The proxy's refusals in terms of what can be done about them."""
        if isinstance(error, Forbidden):
            title = f"the proxy to {self.place} is forbidden: {error.title}"
            return Forbidden(title, f"{_OFFLINE}, or ask for get and create of services/proxy there")
        if isinstance(error, Overloaded | Conflict | Refused):
            return error
        if isinstance(error, Gone) and self._path:  # renamed or removed since it was found
            self._path, self.place = "", self._configured
        if isinstance(error, Unknown):  # nothing is written by asking
            return Unreachable(error.title, _OFFLINE)
        if "no endpoints available" in error.title:
            return Unreachable(
                f"{self.place} is not running: {error.title}", f"look at its pod, or {_OFFLINE}"
            )
        return type(error)(error.title, error.hint or _OFFLINE)

    async def _find(self) -> str:
        """The path of its proxy: the configured Service, one of the usual, or one with the chart's label."""
        for place in [self._configured] if self._configured else USUAL:
            try:
                return await self._found(place)
            except Gone as error:
                gone = error
        if self._configured:
            title = f"there is no Service {self._configured}"
            raise Gone(title, f"mend sealed-secrets: controller: NAMESPACE/NAME, or {_OFFLINE}") from gone
        for place in await self._labelled():
            return await self._found(place)
        title = f"no Sealed Secrets controller: neither {' nor '.join(USUAL)}"
        raise Gone(title, f"set sealed-secrets: controller: NAMESPACE/NAME, or {_OFFLINE}") from gone

    async def _found(self, place: str) -> str:
        namespace, _, name = place.partition("/")
        if not namespace or not name:
            raise Invalid(f'"{plain(place, 100)}" names no Service', "expected controller: NAMESPACE/NAME")
        url = f"/api/v1/namespaces/{namespace}/services"
        try:
            answer = await self._server.request("GET", f"{url}/{name}")
            service = msgspec.json.decode(answer.body, type=_Service)
            port = service.spec.ports[0].name if service.spec.ports else ""
        except Forbidden:
            port = "http"  # the chart's; who may use the proxy need not be allowed to read the Service
        except (msgspec.MsgspecError, ValueError):
            raise Unreachable(f"{place}: the answer is no Service", _OFFLINE) from None
        self.place = place
        return f"{url}/http:{name}:{port}/proxy"

    async def _labelled(self) -> list[str]:
        """Services that bear the chart's label, wherever they are; none where they may not be listed."""
        try:
            answer = await self._server.request(
                "GET", "/api/v1/services", params={"labelSelector": _LABELLED}
            )
            services = msgspec.json.decode(answer.body, type=_Services).items or []
        except (Forbidden, msgspec.MsgspecError, ValueError):
            return []
        found = [f"{one.metadata.namespace}/{one.metadata.name}" for one in services]
        return sorted(found, key=lambda place: (place.endswith("-metrics"), place))

    async def _take_turn(self) -> None:
        """Waits until another question keeps within the rate limit."""
        self._asked = self._asked[-self._numbers.burst :]
        if len(self._asked) == self._numbers.burst:
            due = self._asked[0] + self._numbers.burst * self._numbers.pause
            wait = due - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(wait)
        self._asked.append(self._clock.monotonic())


def suspects(seal: Seal, names: Iterable[str], namespaces: Iterable[str]) -> list[Seal]:
    """Where a value that can't be opened may have been sealed for instead, the commonest slip first."""
    scopes = [replace(seal, scope=scope) for scope in Scope if scope is not seal.scope]
    strict = replace(seal, scope=Scope.STRICT)
    moved = [replace(strict, namespace=each) for each in ("default", *namespaces) if each != seal.namespace]
    renamed = [replace(strict, name=each) for each in names if each != seal.name]
    return list(dict.fromkeys([*moved[:1], *scopes, *moved[1:], *renamed]))
