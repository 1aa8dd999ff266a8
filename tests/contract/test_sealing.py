"""Sealing against a controller: what we seal it opens, what it can't open is named; kubeseal beside us."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.place import Place
from tests.sealing_keys import key_pair
from tests.test_seal_controller import service
from tui.chart import place_in
from tui.chart_draft import draft, write
from tui.clock import SystemClock
from tui.errors import Gone
from tui.model.plaintext import Plaintext
from tui.model.sealed_secret import Scope, Seal, SealedSecret, SealState, judge
from tui.seal import Request, seal
from tui.wire.certificate import Certificate
from tui.wire.kinds import KINDS
from tui.wire.seal_controller import SealController, suspects
from tui.wire.sealing import encrypted_of

Object = dict[str, Any]
VALUES: Mapping[str, bytes] = {
    "EMPTY": b"",
    "UTF8": "pässwörd €\n".encode(),
    "BINARY": bytes(range(256)),
    ".dockerconfigjson": b'{"auths": {}}',
}


@pytest.fixture
async def controller(place: Place) -> SealController:
    """Of the place; a test is skipped where a real cluster has none."""
    if place.world is not None:
        place.world.put(service("sealed-secrets-controller"))
    made = SealController(place.client.server, SystemClock())
    try:
        await made.certificate()
    except Gone as error:
        pytest.skip(error.title)
    return made


@pytest.fixture
def kubeseal(cluster_kubeconfig: Path) -> list[str]:
    """The program on PATH or among the bench's, with the cluster's kubeconfig."""
    home = os.environ.get("DEPLOYTUI_CLUSTER_HOME", "")
    found = shutil.which("kubeseal") or shutil.which("kubeseal", path=f"{home}/bin")
    if found is None:
        pytest.skip("there is no kubeseal")
    return [found, "--kubeconfig", str(cluster_kubeconfig)]


def run(command: list[str], given: str) -> str:
    ran = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def plain(values: Mapping[str, bytes]) -> dict[str, Plaintext]:
    return {key: Plaintext(value) for key, value in values.items()}


def sealed(certificate: Certificate, wanted: Seal, values: Mapping[str, bytes] = VALUES) -> Object:
    return seal(Request(wanted, plain(values), certificate)).thing


def settled(thing: Object) -> SealedSecret | None:
    """The record, once the controller has looked at this generation."""
    found = KINDS["SealedSecret"].read(json.dumps(thing).encode())
    assert isinstance(found, SealedSecret)
    return None if judge(found).state in (SealState.WAITING, SealState.STALE) else found


async def state_of(place: Place, name: str) -> tuple[SealState, tuple[str, ...]]:
    thing = await place.until("SealedSecret", name, lambda found: settled(found) is not None)
    record = settled(thing)
    assert record is not None
    found = judge(record)
    return found.state, found.keys


async def made(place: Place, thing: Object) -> None:
    meta = {"annotations": thing["metadata"].get("annotations", {})}
    await place.create("SealedSecret", thing["metadata"]["name"], metadata=meta, spec=thing["spec"])


async def data_of(place: Place, name: str) -> dict[str, bytes]:
    data = (await place.get("Secret", name))["data"]
    return {key: base64.b64decode(value or "") for key, value in data.items()}  # an empty one is null


@pytest.mark.parametrize("scope", Scope)
async def test_what_we_seal_is_opened(place: Place, controller: SealController, scope: Scope) -> None:
    certificate = await controller.certificate()
    thing = sealed(certificate, Seal("auth-secrets", place.namespace, scope))
    assert await controller.opens(thing)
    await made(place, thing)
    assert await state_of(place, "auth-secrets") == (SealState.SYNCED, ())
    assert await data_of(place, "auth-secrets") == VALUES


async def test_a_large_value_is_opened(place: Place, controller: SealController) -> None:
    large = {"LARGE": os.urandom(700_000)}
    await made(place, sealed(await controller.certificate(), Seal("large", place.namespace), large))
    assert await state_of(place, "large") == (SealState.SYNCED, ())
    assert await data_of(place, "large") == large


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("kubernetes.io/dockerconfigjson", {".dockerconfigjson": b'{"auths": {}}'}),
        ("kubernetes.io/tls", {"tls.crt": b"x", "tls.key": b"y"}),
        ("kubernetes.io/basic-auth", {"username": b"u", "password": b"p"}),
    ],
)
async def test_every_type_is_made(
    place: Place, controller: SealController, type_: str, values: Mapping[str, bytes]
) -> None:
    wanted = Seal("typed", place.namespace, type=type_)
    await made(place, sealed(await controller.certificate(), wanted, values))
    assert await state_of(place, "typed") == (SealState.SYNCED, ())
    assert (await place.get("Secret", "typed"))["type"] == type_


async def test_what_is_sealed_for_another_place_is_named(place: Place, controller: SealController) -> None:
    certificate = await controller.certificate()
    wanted, slip = Seal("auth-secrets", place.namespace), Seal("auth-secrets", "default")
    thing = sealed(certificate, wanted, {"GOOD": b"x"})
    thing["spec"]["encryptedData"]["BAD"] = encrypted_of(sealed(certificate, slip, {"BAD": b"x"}))["BAD"]
    assert await controller.unopened(thing) == ("BAD",)
    assert await controller.sealed_for(thing, "BAD", suspects(wanted, [], [])) == slip
    await made(place, thing)
    assert await state_of(place, "auth-secrets") == (SealState.CANNOT_DECRYPT, ("BAD",))


async def test_a_secret_in_the_way_is_said(place: Place, controller: SealController) -> None:
    await place.create("Secret", "taken", api="v1", stringData={"A": "x"})
    await made(place, sealed(await controller.certificate(), Seal("taken", place.namespace), {"A": b"y"}))
    assert (await state_of(place, "taken"))[0] is SealState.NOT_MANAGED


async def test_rotating_keeps_what_is_inside(place: Place, controller: SealController) -> None:
    wanted = Seal("auth-secrets", place.namespace, Scope.NAMESPACE)
    thing = sealed(await controller.certificate(), wanted)
    fresh = await controller.rotate(thing)
    assert fresh["spec"]["template"] == thing["spec"]["template"]
    await made(place, fresh)
    assert await state_of(place, "auth-secrets") == (SealState.SYNCED, ())
    assert await data_of(place, "auth-secrets") == VALUES


@pytest.mark.cluster
@pytest.mark.parametrize("scope", Scope)
async def test_kubeseal_accepts_ours(cluster: Place, kubeseal: list[str], scope: Scope) -> None:
    made = SealController(cluster.client.server, SystemClock())
    thing = sealed(await made.certificate(), Seal("auth-secrets", cluster.namespace, scope))
    run([*kubeseal, "--validate"], json.dumps(thing))
    run([*kubeseal, "--validate"], yaml.safe_dump(thing))


@pytest.mark.cluster
@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("bits", [2048, 4096])
def test_kubeseal_opens_ours_with_the_private_key(
    kubeseal: list[str], tmp_path: Path, bits: int, scope: Scope
) -> None:
    keys = key_pair(bits)
    values = {**VALUES, "LARGE": b"x" * 700_000}
    thing = sealed(keys.certificate, Seal("auth-secrets", "services", scope), values)
    (tmp_path / "key.pem").write_bytes(keys.private_pem)
    asked = [
        *kubeseal,
        "--recovery-unseal",
        "--recovery-private-key",
        str(tmp_path / "key.pem"),
        "-o",
        "json",
    ]
    found = json.loads(run(asked, json.dumps(thing)))["data"]
    assert {key: base64.b64decode(value or "") for key, value in found.items()} == values


@pytest.mark.cluster
@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_we_merge_into_what_kubeseal_wrote_and_it_into_ours(
    kubeseal: list[str], tmp_path: Path, form: str, scope: Scope
) -> None:
    keys = key_pair()
    cert, file = tmp_path / "cert.pem", tmp_path / f"sealed.{form}"
    cert.write_bytes(keys.pem)
    asked = [*kubeseal, "--cert", str(cert), "--scope", scope.value, "-o", form]

    def secret(**data: str) -> str:
        meta = {"name": "auth-secrets", "namespace": "services"}
        return json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data})

    file.write_text(run(asked, secret(A="theirs", B="theirs")))
    target, own = place_in(file, Seal("", ""))
    assert own == Seal("auth-secrets", "services", scope)
    assert sorted(target.keys) == ["A", "B"]
    made = seal(Request(own, plain({"B": b"ours", "C": b"ours"}), keys.certificate))
    write(draft(target, own, made.encrypted))
    run([*asked, "--merge-into", str(file)], secret(D="theirs again"))
    found = encrypted_of(yaml.safe_load(file.read_text()))
    assert {key: keys.open(value, own.label).decode() for key, value in sorted(found.items())} == {
        "A": "theirs",
        "B": "ours",
        "C": "ours",
        "D": "theirs again",
    }
