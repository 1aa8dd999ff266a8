"""Sealing without a screen: the certificate that is chosen, what is refused, and the command."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

import tui
from tests.demo_control import WorldControl
from tests.sealing_keys import KeyPair, key_pair, make_pem
from tests.test_chart import LITERAL, chart, values
from tests.test_seal_controller import controller, service
from tui.__main__ import main
from tui.chart import find
from tui.clock import SystemClock
from tui.errors import Refused
from tui.model.plaintext import Plaintext
from tui.model.sealed_secret import Scope, Seal
from tui.seal import Request, choose, guard, seal

SEAL = Seal("auth-secrets", "services")
MARKER = "marker-7f3a91-plaintext"


@pytest.fixture
def cert(tmp_path: Path) -> Path:
    """A certificate's file of the present time."""
    file = tmp_path / "cert.pem"
    file.write_bytes(key_pair().pem)
    return file


@pytest.fixture
def env(tmp_path: Path) -> Path:
    """A .env file with the marker in it."""
    file = tmp_path / "plain.env"
    file.write_text(f"# of auth\nDATABASE_URL='{MARKER}'\nexport JWT=\"two\\nlines\"\n")
    return file


def opened(keys: KeyPair, encrypted: dict[str, str], label: bytes = SEAL.label) -> dict[str, str]:
    return {key: keys.open(value, label).decode() for key, value in encrypted.items()}


def typed(monkeypatch: pytest.MonkeyPatch, value: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(value)))


def test_what_comes_out_is_names_and_ciphertext() -> None:
    asked = {"A": Plaintext(MARKER), "B": Plaintext("x\n"), "C": Plaintext("")}
    found = seal(Request(SEAL, asked, key_pair().certificate))
    assert opened(key_pair(), dict(found.encrypted)) == {"A": MARKER, "B": "x\n", "C": ""}
    assert found.remarks == ("B ends with a line end", "C is empty")
    assert MARKER not in repr(found)
    assert MARKER not in repr(Request(SEAL, asked, key_pair().certificate))


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Refused) as raised:
        seal(Request(Seal("Auth", ""), {"A B": Plaintext(MARKER)}, key_pair().certificate))
    assert '"Auth" is no name' in raised.value.title
    assert "the namespace is missing" in raised.value.title
    assert '"A B" is no key' in raised.value.title
    assert MARKER not in str(raised.value)


async def test_without_a_source_the_controllers_newest_is_chosen(world: WorldControl) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        found = await choose("", Path("/"), asks, SystemClock())
    assert (found.newest, found.note) == (True, "")
    with pytest.raises(Refused, match="there is no certificate"):
        await choose("", Path("/"), None, SystemClock())


async def test_a_pinned_certificate_is_held_against_the_controller(
    world: WorldControl, tmp_path: Path
) -> None:
    world.put(service("sealed-secrets-controller"))
    async with controller(world) as asks:
        own = await world_pem(world)
        (tmp_path / "own.pem").write_bytes(own)
        (tmp_path / "other.pem").write_bytes(key_pair().pem)
        found = await choose("own.pem", tmp_path, asks, SystemClock())
        assert found.newest is True
        with pytest.raises(Refused, match=r"other.pem: another cluster's certificate"):
            await choose("other.pem", tmp_path, asks, SystemClock())
    async with controller(world, "kube-system/missing") as asks:
        found = await choose("other.pem", tmp_path, asks, SystemClock())
        assert found.newest is None
        assert "there is no Service kube-system/missing" in found.note
    assert (await choose("other.pem", tmp_path, None, SystemClock())).newest is None


async def test_an_older_key_of_the_same_controller_is_taken_and_said(
    world: WorldControl, tmp_path: Path
) -> None:
    today = datetime.now(UTC)
    old = make_pem(key_pair(number=1).key, today - timedelta(days=40), today + timedelta(days=400))
    new = make_pem(key_pair(number=2).key, today - timedelta(days=5), today + timedelta(days=400))
    world.put(service("sealed-secrets-controller"), stored_key(1, old), stored_key(2, new))
    (tmp_path / "old.pem").write_bytes(old)
    async with controller(world) as asks:
        found = await choose("old.pem", tmp_path, asks, SystemClock())
        newest = (await asks.certificate()).short
    assert (found.newest, found.note) == (False, f"an older key: the newest is {newest}")


async def test_another_environments_ciphertext_is_never_overwritten(
    world: WorldControl, tmp_path: Path
) -> None:
    world.put(service("sealed-secrets-controller"))
    theirs = seal(Request(SEAL, {"JWT_SECRET": Plaintext("x")}, key_pair().certificate))
    text = LITERAL.replace('    sealedsecrets.bitnami.com/namespace-wide: "true"', "    a: b")
    async with controller(world) as asks:
        ours = seal(Request(SEAL, {"JWT_SECRET": Plaintext("x")}, await asks.certificate()))
        for value, fine in ((theirs, False), (ours, True)):
            chart(tmp_path, template=text.replace("AgOld==", value.encrypted["JWT_SECRET"]))
            (place,) = find(tmp_path, SEAL, "production").places
            assert not place.own
            if fine:
                await guard(place, SEAL, asks)
                with pytest.raises(Refused, match="nobody can tell here"):
                    await guard(place, SEAL, None)
            else:
                with pytest.raises(Refused, match="holds another environment's ciphertext: JWT_SECRET"):
                    await guard(place, SEAL, asks)


def stored_key(number: int, pem: bytes) -> dict[str, Any]:
    """A key pair as the controller keeps it."""
    pair = {"tls.crt": pem, "tls.key": key_pair(number=number).private_pem}
    labels = {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"}
    return {
        "kind": "Secret",
        "metadata": {"name": f"key-{number}", "namespace": "kube-system", "labels": labels},
        "data": {name: base64.b64encode(value).decode() for name, value in pair.items()},
    }


async def world_pem(world: WorldControl) -> bytes:
    path = "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy/v1/cert.pem"
    async with world.http() as http:
        return (await http.get(path)).content


def test_the_command_prints_a_sealed_secret(
    cert: Path, env: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(
        ["seal", "auth-secrets", "--namespace", "services", "--from-env-file", str(env), "--cert", str(cert)]
    )
    said = capsys.readouterr()
    assert (code, said.err) == (0, "deploytui: no controller was asked whether it is its own\n")
    thing = yaml.safe_load(said.out)
    assert thing["kind"] == "SealedSecret"
    assert opened(key_pair(), thing["spec"]["encryptedData"]) == {"DATABASE_URL": MARKER, "JWT": "two\nlines"}
    assert MARKER not in said.out


def test_standard_input_is_a_value_byte_for_byte(cert: Path) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "tui", "seal", "auth-secrets", "-n", "services", "--stdin", "KEY"),
            *("--scope", "cluster-wide", "--cert", str(cert)),
        ],
        input=bytes(range(256)),
        capture_output=True,
        check=True,
        timeout=60,
    )
    thing = yaml.safe_load(ran.stdout)
    assert thing["metadata"]["annotations"] == {"sealedsecrets.bitnami.com/cluster-wide": "true"}
    assert key_pair().open(thing["spec"]["encryptedData"]["KEY"], b"") == bytes(range(256))


def test_merging_takes_name_namespace_and_scope_from_the_target(
    cert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sealed.yaml"
    file.write_text(LITERAL)
    typed(monkeypatch, MARKER.encode())
    assert main(["seal", "--stdin", "JWT_SECRET", "--merge", str(file), "--cert", str(cert)]) == 0
    printed = capsys.readouterr().out
    assert file.read_text() == LITERAL
    assert [line for line in printed.splitlines() if line not in LITERAL.splitlines()] == [
        line for line in printed.splitlines() if "JWT_SECRET: " in line
    ]
    value = yaml.safe_load(printed)["spec"]["encryptedData"]["JWT_SECRET"]
    assert key_pair().open(value, Scope.NAMESPACE.label("services", "auth-secrets")) == MARKER.encode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["other"], "is for auth-secrets, not for other: leave NAME out"),
        (["-n", "default"], "is for services, not for default: leave --namespace out"),
        (["--scope", "strict"], "is namespace-wide, not strict: leave --scope out"),
    ],
)
def test_another_target_than_the_files_own_is_refused(
    cert: Path,
    tmp_path: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "sealed.yaml"
    file.write_text(LITERAL)
    typed(monkeypatch, b"x")
    asked = ["seal", *arguments, "--stdin", "A", "--merge", str(file), "--in-place", "--cert", str(cert)]
    assert main(asked) == 1
    assert said in capsys.readouterr().err
    assert file.read_text() == LITERAL


def test_a_charts_values_are_merged_in_place(
    cert: Path, tmp_path: Path, env: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = chart(tmp_path, prod=values(encrypted="\n    JWT: AgOld  # May")) / "values-prod.yaml"
    asked = ["seal", "auth-secrets", "-n", "services", "--from-env-file", str(env)]
    assert main([*asked, "--merge", str(file), "--in-place", "--cert", str(cert)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "1 key changes, 1 is new" in said.err
    found = yaml.safe_load(file.read_text())["sealedSecret"]["encryptedData"]
    assert opened(key_pair(), found) == {"DATABASE_URL": MARKER, "JWT": "two\nlines"}
    assert "# May" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["a", "-n", "b", "--from-env-file", "missing.env"], 1, "missing.env: can't be read"),
        (["a", "-n", "b", "--from-env-file", "broken.env"], 1, "broken.env:2: expected KEY=value"),
        (["a", "-n", "b", "--from-env-file", "binary.env"], 1, "binary.env: is not UTF-8 text"),
        (["a", "--from-env-file", "plain.env"], 1, "the namespace is missing"),
        (["a", "-n", "b", "--from-env-file", "plain.env", "--in-place"], 2, "--in-place needs --merge"),
        (["--from-env-file", "plain.env", "--merge", "plain.env"], 1, "no SealedSecret"),
        (["--from-env-file", "plain.env", "--merge", "missing.yaml"], 1, "missing.yaml: can't be read"),
    ],
)
def test_what_goes_wrong_is_told_without_a_value(
    cert: Path,
    env: Path,
    arguments: list[str],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(env.parent)
    Path("broken.env").write_text(f"A=1\n{MARKER}\n")
    Path("binary.env").write_bytes(b"A=\xff\xfe")
    assert main(["seal", *arguments, "--cert", str(cert)]) == code
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert MARKER not in told.err


def test_the_environments_controller_is_asked(
    world: WorldControl,
    env: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world.put(service("sealed-secrets-controller"))
    asked = ["seal", "auth-secrets", "-n", "services", "--from-env-file", str(env), "--verify"]
    world_options = ["--kubeconfig", str(world.kubeconfig), "--context", "production"]
    assert main([*asked, *world_options]) == 0
    said = capsys.readouterr()
    thing: Any = yaml.safe_load(said.out)
    assert sorted(thing["spec"]["encryptedData"]) == ["DATABASE_URL", "JWT"]
    world.put(json.loads(json.dumps(thing)))
    world.step()
    secret = world.get("Secret", "services", "auth-secrets")
    assert secret is not None
    assert MARKER not in json.dumps(world.requests())
    assert not world.requests(path="/secrets")


def test_the_value_lies_nowhere_afterwards(cert: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("home", "tmp", "state", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "work" / "sealed.yaml").write_text(LITERAL)
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(tui.__file__).parents[1]),
        "HOME": str(home),
        "TMPDIR": str(tmp_path / "tmp"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    command = [sys.executable, "-m", "tui", "seal", "--stdin", "KEY", "--cert", str(cert)]
    with subprocess.Popen(
        [*command, "--merge", "sealed.yaml", "--in-place"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path / "work",
        env=environ,
    ) as process:
        said, _ = process.communicate(MARKER.encode(), timeout=60)
    assert process.returncode == 0, said
    assert b"1 is new" in said
    assert MARKER.encode() not in said
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert tmp_path / "work" / "sealed.yaml" in files
    assert not [file for file in files if MARKER.encode() in file.read_bytes()]
