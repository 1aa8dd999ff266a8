"""Services, Ingresses, Gateways and claims: read from the wire, judged, and one trouble per root."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.records import NOW, meta, pod, running
from tui.model.cause import Severity
from tui.model.explain import of_pull, of_secret
from tui.model.health import Trouble
from tui.model.key import Condition
from tui.model.network import (
    PodsByLabel,
    Service,
    claim_cause,
    gateway_cause,
    ingress_cause,
    service_cause,
)
from tui.model.pod import Pod
from tui.model.sealed_secret import SealedSecret, SealState, SealVerdict
from tui.wire.kinds import KINDS

OLD = {"name": "auth", "namespace": "services", "uid": "u1"}  # created at 0


def read(kind: str, **parts: Any) -> Any:
    """The record of such an object, long there."""
    return KINDS[kind].read(json.dumps({"metadata": OLD, **parts}).encode())


def unready(name: str = "auth-1", since: float = NOW - 100) -> Pod:
    """A pod of auth that runs and is not ready."""
    one = pod(running(ready=False), conditions=(Condition("Ready", "False", since=since),))
    return replace(one, meta=meta("Pod", name, labels={"app": "auth"}))


AUTH = read("Service", spec={"selector": {"app": "auth"}})


def cause_of(service: Service, pods: list[Pod], *, made: bool = True, told: bool = False) -> str:
    """The cause in words, "" when all is well."""
    found = service_cause(service, pods, lambda _: made, lambda _: told, NOW)
    return found.text if found is not None else ""


def test_a_service_says_why_it_has_no_endpoints() -> None:
    nothing = "no endpoints: no workload has pods with the labels app=auth"
    assert cause_of(AUTH, [], made=False) == nothing
    assert cause_of(AUTH, [unready()]) == "no endpoints: none of its 1 pods is ready"


@pytest.mark.parametrize(
    ("service", "pods", "told"),
    [
        (AUTH, [], False),  # its workload is scaled to nothing, or has its own trouble
        (AUTH, [unready()], True),
        (AUTH, [unready(since=NOW - 3)], False),
        (AUTH, [unready(), replace(unready(), conditions=(Condition("Ready", "True"),))], False),
        (
            read("Service", spec={"selector": {"app": "auth"}, "publishNotReadyAddresses": True}),
            [unready()],
            False,
        ),
        (read("Service", spec={"type": "ExternalName", "externalName": "x"}), [], False),
        (read("Service", spec={}), [], False),
    ],
)
def test_of_other_services_nothing_is_said(service: Service, pods: list[Pod], told: bool) -> None:
    assert cause_of(service, pods, told=told) == ""


def test_a_selector_finds_pods_with_all_its_labels() -> None:
    both = replace(unready("a"), meta=meta("Pod", "a", labels={"app": "auth", "tier": "web"}))
    index = PodsByLabel([both, unready("b")])
    assert [found.meta.name for found in index.matching({"app": "auth", "tier": "web"})] == ["a"]
    assert {found.meta.name for found in index.matching({"app": "auth"})} == {"a", "b"}
    assert not list(index.matching({"app": "other"}))


def test_an_ingress_names_its_missing_backend_and_a_missing_controller() -> None:
    rule = {"http": {"paths": [{"backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}
    found = read("Ingress", spec={"ingressClassName": "nginx", "rules": [rule]})
    cause = ingress_cause(found, frozenset(), NOW)
    assert cause is not None
    assert cause.text == "its backend is missing: Service web"
    cause = ingress_cause(found, frozenset({"web"}), NOW)
    assert cause is not None
    assert (cause.text, cause.severity) == (
        "has no address: no ingress controller of class nginx took it",
        Severity.LOOK,
    )
    there = read(
        "Ingress", spec={"rules": [rule]}, status={"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    )
    assert ingress_cause(there, frozenset({"web"}), NOW) is None


def test_gateways_and_routes_say_who_refused_them() -> None:
    no = {"type": "Accepted", "status": "False", "reason": "NoMatchingParent", "message": "no listener"}
    yes = {"type": "Accepted", "status": "True"}
    lost = {
        "type": "ResolvedRefs",
        "status": "False",
        "reason": "BackendNotFound",
        "message": "web not found",
    }
    route = read("HTTPRoute", status={"parents": [{"parentRef": {"name": "edge"}, "conditions": [no]}]})
    cause = gateway_cause(route, NOW)
    assert cause is not None
    assert cause.text == "not accepted by Gateway edge: no listener"
    route = read(
        "HTTPRoute", status={"parents": [{"parentRef": {"name": "edge"}, "conditions": [yes, lost]}]}
    )
    cause = gateway_cause(route, NOW)
    assert cause is not None
    assert cause.text == "names what is missing by Gateway edge: web not found"
    gateway = read(
        "Gateway", status={"conditions": [yes], "listeners": [{"name": "tls", "conditions": [lost]}]}
    )
    cause = gateway_cause(gateway, NOW)
    assert cause is not None
    assert cause.text == "names what is missing by listener tls: web not found"
    assert gateway_cause(read("Gateway", status={"conditions": [yes]}), NOW) is None
    cause = gateway_cause(read("Gateway"), NOW)
    assert cause is not None
    assert cause.text == "not accepted: no controller took it"


def test_a_claim_that_waits_for_its_first_pod_is_well() -> None:
    claim = read("PersistentVolumeClaim", spec={"storageClassName": "fast"}, status={"phase": "Pending"})
    said = ["waiting for first consumer to be created before binding"]
    assert claim_cause(claim, said, NOW) is None
    cause = claim_cause(claim, ['storageclass.storage.k8s.io "fast" not found'], NOW)
    assert cause is not None
    assert cause.text == 'not bound (class fast): storageclass.storage.k8s.io "fast" not found'
    assert claim_cause(read("PersistentVolumeClaim", status={"phase": "Bound"}), [], NOW) is None


def trouble(cause: str) -> Trouble:
    return Trouble("Deployment", "services", "auth", "u1", cause, NOW)


SEALED = SealedSecret(meta("SealedSecret", "db"), keys=("url",))


@pytest.mark.parametrize(
    ("cause", "pair", "expected"),
    [
        (
            "nothing serves: Secret db is missing",
            None,
            "Secret db is missing, and no SealedSecret of that name",
        ),
        (
            "Secret db is missing",
            (SEALED, SealVerdict(SealState.CANNOT_DECRYPT, "no key could decrypt secret (url)")),
            "Secret db is missing; its SealedSecret: cannot decrypt",
        ),
        (
            "key dsn is missing in Secret db",
            (SEALED, SealVerdict(SealState.SYNCED)),
            "key dsn is missing in Secret db; its SealedSecret has no key dsn",
        ),
        ("app crashes, exit code 1", None, "app crashes, exit code 1"),
    ],
)
def test_a_missing_secret_says_what_its_sealed_secret_is_at(
    cause: str, pair: tuple[SealedSecret, SealVerdict] | None, expected: str
) -> None:
    assert of_secret(trouble(cause), lambda _: pair).cause.endswith(expected)


@pytest.mark.parametrize(
    ("named", "there", "words"),
    [
        (("regcred",), frozenset[str](), "(imagePullSecret regcred is missing)"),
        (("regcred",), frozenset({"regcred"}), "(check imagePullSecret regcred)"),
        ((), frozenset[str](), "(no imagePullSecrets are named)"),
    ],
)
def test_a_refused_pull_names_the_pull_secret(
    named: tuple[str, ...], there: frozenset[str], words: str
) -> None:
    refused = trouble("image x:1: r.example refuses the credentials (imagePullSecrets)")
    one = replace(pod(), pull_secrets=named)
    assert of_pull(refused, [one], there).cause == f"image x:1: r.example refuses the credentials {words}"
