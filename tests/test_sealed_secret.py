"""SealedSecrets from the wire to a verdict, and the simulated controller that makes Secrets of them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.demo_control import WorldControl
from tests.demo_world import World
from tests.wired import client, feeding, until
from tui.demo.sealing import add_key, keys, rotate, seal, unseal
from tui.model.cluster import Event
from tui.model.key import Condition, Meta
from tui.model.sealed_secret import Scope, SealedSecret, SealState, judge
from tui.store import LinkState, Store
from tui.wire.kinds import KINDS

Object = dict[str, Any]
KIND = KINDS["SealedSecret"]


def sealed(world: World, name: str = "auth", label: bytes = b"services/auth", **more: Any) -> Object:
    encrypted = {"KEY": seal(keys(world.cluster)[0], b"hunter2", label)}
    meta = {"name": name, "namespace": "services", **more.pop("metadata", {})}
    return world.cluster.create(
        {"kind": "SealedSecret", "metadata": meta, "spec": {"encryptedData": encrypted, **more}}
    )


def verdict(world: World, name: str = "auth") -> tuple[SealState, str, tuple[str, ...]]:
    record = KIND.read(json.dumps(world.get("SealedSecret", name)).encode())
    assert isinstance(record, SealedSecret)
    found = judge(record)
    return found.state, found.text, found.keys


def test_names_are_read_and_ciphertext_is_not() -> None:
    raw = {
        "kind": "SealedSecret",
        "metadata": {
            "name": "auth-secrets",
            "namespace": "services",
            "uid": "1",
            "generation": 2,
            "annotations": {"sealedsecrets.bitnami.com/namespace-wide": "true"},
        },
        "spec": {
            "encryptedData": {"B": "AgBcipher", "A": "AgBcipher"},
            "template": {"type": "kubernetes.io/tls", "data": {"config.yaml": "pw: {{ .A }}"}},
        },
        "status": {
            "observedGeneration": 2,
            "conditions": [{"type": "Synced", "status": "True", "lastUpdateTime": "2026-08-01T10:00:00Z"}],
        },
    }
    found = KIND.read(json.dumps(raw).encode())
    assert isinstance(found, SealedSecret)
    assert (found.scope, found.keys, found.type) == (Scope.NAMESPACE, ("A", "B"), "kubernetes.io/tls")
    assert found.provides == ("A", "B", "config.yaml")
    assert judge(found).state is SealState.SYNCED
    assert "AgBcipher" not in repr(found)


def test_a_bare_object_is_waiting() -> None:
    raw = {"metadata": {"name": "a", "namespace": "b", "uid": "1"}, "spec": {"template": None}}
    found = KIND.read(json.dumps(raw).encode())
    assert isinstance(found, SealedSecret)
    assert (found.scope, found.keys, found.type) == (Scope.STRICT, (), "Opaque")
    assert judge(found).state is SealState.WAITING


@pytest.mark.parametrize(
    ("notes", "scope"),
    [
        ({}, Scope.STRICT),
        ({"cluster-wide": "true"}, Scope.CLUSTER),
        ({"namespace-wide": "true", "cluster-wide": "true"}, Scope.CLUSTER),
        ({"namespace-wide": "yes", "cluster-wide": "True"}, Scope.STRICT),
    ],
)
def test_the_scope_is_what_the_controller_reads(notes: dict[str, str], scope: Scope) -> None:
    annotations = {f"sealedsecrets.bitnami.com/{name}": value for name, value in notes.items()}
    raw = {"metadata": {"name": "a", "namespace": "b", "uid": "1", "annotations": annotations}}
    found = KIND.read(json.dumps(raw).encode())
    assert isinstance(found, SealedSecret)
    assert found.scope is scope


def test_an_event_is_fresher_than_a_false_that_stayed() -> None:
    synced = Condition("Synced", "False", message="no key could decrypt secret (A)", updated=100.0)
    meta = Meta("SealedSecret", "services", "auth", "1", generation=1)
    found = SealedSecret(meta, observed_generation=1, conditions=(synced,))
    text = 'Resource "auth" already exists and is not managed by SealedSecret'
    said = Event(Meta("Event", "services", "e", "2"), reason="ErrUpdateFailed", message=text, at=160.0)
    before = Event(Meta("Event", "services", "e", "3"), reason="ErrUpdateFailed", message=text, at=60.0)
    assert judge(found).state is SealState.CANNOT_DECRYPT
    assert judge(found, [before]).state is SealState.CANNOT_DECRYPT
    assert judge(found, [before, said]).state is SealState.NOT_MANAGED


def test_a_status_of_an_older_generation_is_not_believed() -> None:
    synced = Condition("Synced", "True")
    meta = Meta("SealedSecret", "services", "auth", "1", generation=3)
    found = judge(SealedSecret(meta, observed_generation=2, conditions=(synced,)))
    assert found.state is SealState.STALE
    assert found.text == "of generation 2, the object is at 3"


def test_the_demo_makes_a_secret_and_makes_it_again() -> None:
    world = World("empty")
    template = {"type": "Opaque", "data": {"url": "pw={{ .KEY }}"}, "metadata": {"labels": {"a": "b"}}}
    sealed(world, template=template)
    world.run(1)
    assert verdict(world)[0] is SealState.SYNCED
    secret = world.get("Secret", "auth")
    assert base64.b64decode(secret["data"]["KEY"]) == b"hunter2"
    assert base64.b64decode(secret["data"]["url"]) == b"pw=hunter2"
    assert secret["metadata"]["labels"] == {"a": "b"}
    assert world.reasons("auth") == ["Unsealed"]
    world.cluster.delete("Secret", "services", "auth")
    world.run(1)
    assert world.get("Secret", "auth")["metadata"]["uid"] != secret["metadata"]["uid"]
    world.cluster.delete("SealedSecret", "services", "auth")
    world.run(1)
    assert world.cluster.get("Secret", "services", "auth") is None


def test_the_demo_cannot_open_what_is_sealed_for_another_place() -> None:
    world = World("empty")
    sealed(world, label=b"default/auth")
    world.run(1)
    text = "no key could decrypt secret (KEY)"
    assert verdict(world) == (SealState.CANNOT_DECRYPT, text, ("KEY",))
    assert world.reasons("auth") == ["ErrUnsealFailed"]

    def mend(draft: Object) -> None:
        draft["spec"]["encryptedData"]["KEY"] = seal(keys(world.cluster)[0], b"x", b"services/auth")

    world.change("SealedSecret", "auth", mend)
    world.run(1)
    assert verdict(world)[0] is SealState.SYNCED


def test_the_demo_leaves_a_secret_that_is_not_its_own() -> None:
    world = World("empty")
    secret: Object = {"kind": "Secret", "metadata": {"name": "auth", "namespace": "services"}, "data": {}}
    world.cluster.create(secret)
    sealed(world)
    world.run(1)
    assert verdict(world)[0] is SealState.NOT_MANAGED
    assert world.reasons("auth") == ["ErrUpdateFailed"]

    def manage(draft: Object) -> None:
        draft["metadata"]["annotations"] = {"sealedsecrets.bitnami.com/managed": "true"}

    record = KIND.read(json.dumps(world.get("SealedSecret", "auth")).encode())
    assert isinstance(record, SealedSecret)
    assert "sealedsecrets.bitnami.com/managed=true" in judge(record).advice
    world.change("Secret", "auth", manage)
    world.change("SealedSecret", "auth", lambda draft: draft["spec"].update(template={"type": "Opaque"}))
    world.run(1)
    assert verdict(world)[0] is SealState.SYNCED


def test_the_demo_rotates_to_its_newest_key_and_still_opens_the_old() -> None:
    world = World("empty")
    old = sealed(world)
    add_key(world.cluster, ago=-5.0)
    fresh = rotate(world.cluster, old)
    assert fresh["spec"]["encryptedData"]["KEY"] != old["spec"]["encryptedData"]["KEY"]
    assert unseal(world.cluster, old) == unseal(world.cluster, fresh) == {"KEY": b"hunter2"}


def test_the_policys_scene_has_one_of_each_trouble() -> None:
    world = World("policy")
    world.run(2)
    states = {each["metadata"]["name"]: verdict(world, each["metadata"]["name"]) for each in sealed_in(world)}
    assert states.pop("reports-secrets") == (
        SealState.CANNOT_DECRYPT,
        "no key could decrypt secret (SMTP_PASSWORD)",
        ("SMTP_PASSWORD",),
    )
    assert {state for state, _, _ in states.values()} == {SealState.SYNCED}
    assert not world.reasons("auth-secrets")


def sealed_in(world: World) -> list[Object]:
    return world.cluster.all("SealedSecret", "services")


async def test_a_feed_follows_them_and_their_secrets_are_metadata(world: WorldControl) -> None:
    store = Store()
    made = {"name": "auth", "namespace": "services"}
    async with client(world) as reads, feeding(reads, store, "SealedSecret"), feeding(reads, store, "Secret"):
        await until(lambda: (link := store.link("SealedSecret")) and link.state is LinkState.LIVE)
        world.put({"kind": "SealedSecret", "metadata": made, "spec": {"encryptedData": {}}})
        await until(lambda: store.get("Secret", "services", "auth"))
        record = store.get("SealedSecret", "services", "auth")
        assert isinstance(record, SealedSecret)
        await until(lambda: _state(store) is SealState.SYNCED)
    asked = world.requests(path="/secrets")
    assert asked
    assert all("PartialObjectMetadata" in each["headers"]["accept"] for each in asked)


def _state(store: Store) -> SealState:
    record = store.get("SealedSecret", "services", "auth")
    assert isinstance(record, SealedSecret)
    return judge(record).state


async def test_a_cluster_without_the_kind_says_so(world: WorldControl) -> None:
    world.fault("status", r"/apis/bitnami\.com/", code=404)
    store = Store()
    async with client(world) as reads, feeding(reads, store, "SealedSecret"):
        await until(lambda: (link := store.link("SealedSecret")) and link.state is LinkState.ABSENT)
        world.clear_faults()
        await until(lambda: (link := store.link("SealedSecret")) and link.state is LinkState.LIVE)
