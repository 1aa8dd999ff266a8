"""The Sealed Secrets controller through the service proxy: found, asked, and its refusals in words."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.demo_control import WorldControl
from tests.wired import client
from tui.clock import SystemClock
from tui.errors import DeployError, Forbidden, Gone, Overloaded, Refused, Unreachable
from tui.model.plaintext import Plaintext
from tui.model.sealed_secret import Scope, Seal
from tui.wire.certificate import Certificate
from tui.wire.seal_controller import Numbers, SealController, suspects
from tui.wire.sealing import encrypted_of, seal_values, sealed_secret

Object = dict[str, Any]
QUICK = Numbers(answer=5.0, burst=100, pause=0.01)
SEAL = Seal("auth-secrets", "services")


def service(name: str, namespace: str = "kube-system", port: str = "http", **meta: Any) -> Object:
    ports = [{"name": port, "port": 8080}] if port else [{"port": 8080}]
    return {
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, **meta},
        "spec": {"ports": ports},
    }


@contextlib.asynccontextmanager
async def controller(
    world: WorldControl, place: str = "", numbers: Numbers = QUICK, user: str = ""
) -> AsyncIterator[SealController]:
    async with client(world, world.kubeconfig_of(user) if user else None) as reads:
        yield SealController(reads.server, SystemClock(), place, numbers)


def made(certificate: Certificate, seal: Seal = SEAL, *keys: str) -> Object:
    values = {key: Plaintext(f"value of {key}") for key in keys or ("A", "B", "C")}
    return sealed_secret(seal, seal_values(certificate, seal, values))


@pytest.mark.parametrize(
    ("there", "place"),
    [
        (service("sealed-secrets-controller"), "kube-system/sealed-secrets-controller"),
        (service("sealed-secrets"), "kube-system/sealed-secrets"),
        (service("sealed-secrets-controller", port=""), "kube-system/sealed-secrets-controller"),
        (
            service("keeper", "vault", labels={"app.kubernetes.io/name": "sealed-secrets"}),
            "vault/keeper",
        ),
    ],
)
async def test_it_is_found_by_its_usual_names(world: WorldControl, there: Object, place: str) -> None:
    world.put(there)
    async with controller(world) as asks:
        certificate = await asks.certificate()
        assert (asks.place, certificate.origin) == (place, place)
        assert certificate.bits == 2048
        assert await asks.opens(made(certificate))


async def test_the_configured_one_is_asked_alone(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"), service("other", "services"))
    async with controller(world, "services/other") as asks:
        assert (await asks.certificate()).origin == "services/other"
    assert not world.requests(path="/services/sealed-secrets")


async def test_what_it_cannot_open_is_named_key_by_key(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        certificate = await asks.certificate()
        thing = made(certificate)
        assert await asks.unopened(thing) == ()
        elsewhere = Seal("auth-secrets", "default")
        wrong = encrypted_of(made(certificate, elsewhere))["B"]
        thing["spec"]["encryptedData"]["B"] = wrong
        assert await asks.unopened(thing) == ("B",)
        places = suspects(SEAL, ["auth"], ["staging"])
        assert await asks.sealed_for(thing, "B", places) == elsewhere
        assert await asks.sealed_for(thing, "B", places[1:]) is None
    assert not world.all("SealedSecret")


async def test_a_failing_template_is_no_closed_value(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        thing = made(await asks.certificate())
        thing["spec"]["template"]["data"] = {"x": "{{ nonsense"}
        assert await asks.opens(thing)
    assert "nonsense" not in world.requests("POST", "/v1/verify")[-1]["body"]


def test_suspects_begin_with_the_policys_own_slip() -> None:
    found = suspects(SEAL, ["auth-secrets", "auth"], ["services", "staging"])
    assert found == [
        Seal("auth-secrets", "default"),
        Seal("auth-secrets", "services", Scope.NAMESPACE),
        Seal("auth-secrets", "services", Scope.CLUSTER),
        Seal("auth-secrets", "staging"),
        Seal("auth", "services"),
    ]


async def test_rotating_changes_the_values_alone(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        thing = made(await asks.certificate(), Seal("auth-secrets", "services", Scope.NAMESPACE))
        thing["metadata"]["labels"] = {"kept": "yes"}
        thing["spec"]["template"]["metadata"]["labels"] = {"other": "label"}
        thing["spec"]["template"]["data"] = {"url": "{{ .A }}"}
        fresh = await asks.rotate(thing)
        assert await asks.opens(fresh)
    before, after = encrypted_of(thing), encrypted_of(fresh)
    assert before.keys() == after.keys()
    assert all(before[key] != after[key] for key in before)
    assert {**fresh["spec"], "encryptedData": {}} == {**thing["spec"], "encryptedData": {}}
    assert fresh["metadata"] == thing["metadata"]


async def test_what_cannot_be_opened_is_not_rotated(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        thing = made(await asks.certificate(), Seal("auth-secrets", "default"))
        thing["metadata"]["namespace"] = "services"
        with pytest.raises(Refused, match="can't open it, so it can't seal it again"):
            await asks.rotate(thing)


async def test_its_rate_limit_is_waited_for(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        thing = made(await asks.certificate())
        world.fault("status", "/v1/verify", code=429, body="limit exceeded\n", count=2)
        assert await asks.opens(thing)
        assert len(world.requests("POST", "/v1/verify")) == 3
        world.fault("status", "/v1/verify", code=429, body="limit exceeded\n")
        with pytest.raises(Overloaded, match="too many requests"):
            await asks.opens(thing)


class _Stepped(SystemClock):
    """Stands still; a sleep is a leap."""

    def __init__(self) -> None:
        self.at = 1000.0

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


async def test_questions_keep_within_the_rate_limit(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    clock = _Stepped()
    async with client(world) as reads:
        asks = SealController(reads.server, clock)
        thing = made(await asks.certificate())
        times = []
        for _ in range(6):
            assert await asks.opens(thing)
            times.append(clock.at - 1000.0)
    assert times[:2] == [0.0, 0.0]
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[2:], strict=False))


async def _trouble(asks: SealController) -> DeployError:
    with pytest.raises(DeployError) as raised:
        await asks.certificate()
    return raised.value


async def test_no_controller_says_how_to_name_one(world: WorldControl) -> None:
    async with controller(world) as asks:
        error = await _trouble(asks)
    assert isinstance(error, Gone)
    assert "neither kube-system/sealed-secrets-controller nor kube-system/sealed-secrets" in error.title
    assert "controller: NAMESPACE/NAME" in error.hint
    assert "cert:" in error.hint


async def test_a_renamed_service_is_told_and_found_again(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world, "kube-system/renamed") as asks:
        error = await _trouble(asks)
    assert error.title == "there is no Service kube-system/renamed"
    async with controller(world) as asks:
        await asks.certificate()
        world.delete("Service", "kube-system", "sealed-secrets-controller")
        world.put(service("sealed-secrets"))
        assert isinstance(await _trouble(asks), Gone)
        assert (await asks.certificate()).origin == "kube-system/sealed-secrets"


async def test_a_forbidden_proxy_says_what_to_configure(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    world.user("reader", [{"verbs": ["get"], "apiGroups": [""], "resources": ["services"]}])
    async with controller(world, user="reader") as asks:
        error = await _trouble(asks)
    assert isinstance(error, Forbidden)
    assert error.title.startswith("the proxy to kube-system/sealed-secrets-controller is forbidden: ")
    assert "cert:" in error.hint
    assert "services/proxy" in error.hint


async def test_who_may_use_the_proxy_alone_still_seals(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    world.user("sealer", [{"verbs": ["get", "create"], "apiGroups": [""], "resources": ["services/proxy"]}])
    async with controller(world, user="sealer") as asks:
        assert await asks.opens(made(await asks.certificate()))


async def test_a_controller_that_is_down_is_not_the_cluster(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller", annotations={"demo.deploytui/down": "true"}))
    async with controller(world) as asks:
        error = await _trouble(asks)
    assert isinstance(error, Unreachable)
    assert error.title.startswith("kube-system/sealed-secrets-controller is not running")


async def test_a_controller_that_never_answers_is_given_up_and_the_link_lives(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    world.fault("hang", "/proxy/")
    async with client(world) as reads:
        asks = SealController(reads.server, SystemClock(), numbers=Numbers(answer=0.5))
        error = await _trouble(asks)
        assert error.title == "kube-system/sealed-secrets-controller gave no answer within 0.5 s"
        assert "cert:" in error.hint
        assert reads.server.down_since is None
        assert (await reads.version()).version


@pytest.mark.parametrize("body", ["<html>log in</html>", ""])
async def test_an_answer_without_a_certificate_is_refused(world: WorldControl, body: str) -> None:
    world.put(service("sealed-secrets-controller"))
    world.fault("status", "/v1/cert.pem", code=200, body=body)
    async with controller(world) as asks:
        error = await _trouble(asks)
    assert error.title == "kube-system/sealed-secrets-controller: holds no PEM certificate"


async def test_a_configured_place_needs_both_names(world: WorldControl) -> None:
    async with controller(world, "sealed-secrets") as asks:
        assert "expected controller: NAMESPACE/NAME" in (await _trouble(asks)).hint


async def test_no_private_key_is_ever_asked_for(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        await asks.rotate(made(await asks.certificate()))
    assert world.all("Secret", "kube-system")
    assert not world.requests(path="/secrets")
