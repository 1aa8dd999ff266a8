"""Sealing in memory: the bytes, the object, the certificate, and what is said of bad input."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sealing_keys import NOW, key_pair, make_pem
from tui.errors import Refused
from tui.model.plaintext import Plaintext
from tui.model.seal_check import key_problem, name_problems, problems, remarks
from tui.model.sealed_secret import Scope, Seal
from tui.wire import sealing
from tui.wire.certificate import certificates, usable

SEAL = Seal("auth-secrets", "services")
VALUES = [b"", b"hunter2", "pässwörd €".encode(), bytes(range(256)), b"x" * 700_000, b"two\nlines\n"]


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("bits", [2048, 4096])
def test_the_controllers_algorithm_opens_every_value(bits: int, scope: Scope) -> None:
    keys = key_pair(bits)
    seal = Seal("auth-secrets", "services", scope)
    for value in VALUES:
        found = sealing.seal_values(keys.certificate, seal, {"KEY": Plaintext(value)})["KEY"]
        assert keys.open(found, seal.label) == value
        assert found.startswith("AQ" if bits == 2048 else "Ag")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_value_comes_back(value: bytes) -> None:
    keys = key_pair()
    sealed = sealing.seal_value(keys.certificate.key, Plaintext(value), SEAL.label)
    assert keys.open(sealed, SEAL.label) == value


@pytest.mark.parametrize(
    ("scope", "opens_elsewhere"),
    [
        (Scope.STRICT, {"other/auth-secrets": False, "services/other": False}),
        (Scope.NAMESPACE, {"other/auth-secrets": False, "services/other": True}),
        (Scope.CLUSTER, {"other/auth-secrets": True, "services/other": True}),
    ],
)
def test_a_scope_binds_to_what_it_says(scope: Scope, opens_elsewhere: dict[str, bool]) -> None:
    keys = key_pair()
    seal = Seal("auth-secrets", "services", scope)
    sealed = sealing.seal_value(keys.certificate.key, Plaintext("x"), seal.label)
    for place, opens in opens_elsewhere.items():
        namespace, name = place.split("/")
        label = scope.label(namespace, name)
        if opens:
            assert keys.open(sealed, label) == b"x"
        else:
            with pytest.raises(ValueError, match=r".*"):
                keys.open(sealed, label)


def test_equal_values_have_unequal_ciphertexts() -> None:
    values = {"A": Plaintext("same"), "B": Plaintext("same")}
    found = sealing.seal_values(key_pair().certificate, SEAL, values)
    assert found["A"] != found["B"]


def test_a_plaintext_never_shows_itself() -> None:
    value = Plaintext("hunter2")
    assert "hunter2" not in f"{value} {value!r} {[value]} {value.__class__.__slots__}"
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copied(value)
    value.forget()
    assert value.reveal() == b""


def test_the_object_carries_its_scope_where_the_controller_reads_it() -> None:
    strict = sealing.sealed_secret(SEAL, {"A": "AgA="})
    assert strict == {
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "auth-secrets", "namespace": "services"},
        "spec": {
            "encryptedData": {"A": "AgA="},
            "template": {
                "metadata": {"name": "auth-secrets", "namespace": "services"},
                "type": "Opaque",
            },
        },
    }
    for scope in (Scope.NAMESPACE, Scope.CLUSTER):
        seal = Seal("auth-secrets", "services", scope, "kubernetes.io/tls")
        made = sealing.sealed_secret(seal, {})
        assert made["metadata"]["annotations"] == scope.annotations
        assert made["spec"]["template"]["metadata"]["annotations"] == scope.annotations
        assert sealing.seal_of(made) == seal


def test_merging_keeps_everything_else() -> None:
    there: dict[str, Any] = sealing.sealed_secret(SEAL, {"A": "one", "B": "two"})
    there["spec"]["template"]["data"] = {"config": "{{ .A }}"}
    before = json.dumps(there)
    merged = sealing.with_encrypted(there, {"B": "new", "C": "three"})
    assert sealing.encrypted_of(merged) == {"A": "one", "B": "new", "C": "three"}
    assert merged["spec"]["template"] == there["spec"]["template"]
    assert json.dumps(there) == before


def test_bare_drops_the_servers_fields_and_the_clear_text() -> None:
    thing = sealing.sealed_secret(Seal("a", "b", Scope.CLUSTER), {})
    thing["metadata"] |= {"uid": "1", "resourceVersion": "2", "generation": 3, "creationTimestamp": None}
    thing["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "hunter2"
    thing["status"] = {"conditions": []}
    assert sealing.bare(thing) == sealing.sealed_secret(Seal("a", "b", Scope.CLUSTER), {})


@pytest.mark.parametrize("thing", [{}, {"kind": "Secret"}, {"kind": "SealedSecret", "metadata": {}}])
def test_what_is_no_sealed_secret_is_refused(thing: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="no SealedSecret"):
        sealing.seal_of(thing)


def test_a_certificate_says_what_it_is() -> None:
    found = key_pair(2048).certificate
    assert found.bits == 2048
    assert len(found.fingerprint.split(":")) == 32
    assert found.short == f"{found.fingerprint[:5]}:…:{found.fingerprint[-2:]}"
    assert found.begins < NOW.timestamp() < found.ends
    assert "key=" not in repr(found)


def test_of_a_bundle_the_newest_counts() -> None:
    key = key_pair(2048).key
    old = make_pem(key, NOW - timedelta(days=90))
    new = make_pem(key, NOW - timedelta(days=2))
    middle = make_pem(key, NOW - timedelta(days=30))
    found = certificates(b"# bundle\n" + old + new + b"\r\n" + middle, "bundle.pem")
    assert [each.begins for each in found] == sorted((each.begins for each in found), reverse=True)
    assert usable(old + new + middle, "bundle.pem", NOW.timestamp()) == found[0]


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (b"", "cert.pem: holds no PEM certificate"),
        (b"<html>log in</html>", "cert.pem: holds no PEM certificate"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", "cert.pem: holds a private key"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "cert.pem: a certificate in it can't be read",
        ),
    ],
)
def test_what_is_no_certificate_is_refused_in_words(pem: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        usable(pem, "cert.pem", NOW.timestamp())


def test_a_key_that_is_no_good_rsa_key_is_refused() -> None:
    other = make_pem(ec.generate_private_key(ec.SECP256R1()))
    weak = make_pem(rsa.generate_private_key(65537, 1024))  # noqa: S505
    with pytest.raises(Refused, match=r"cert\.pem: the certificate's key is not RSA"):
        usable(other, "cert.pem", NOW.timestamp())
    with pytest.raises(Refused, match="an RSA key of 1024 bits is too weak"):
        usable(weak, "cert.pem", NOW.timestamp())


def test_a_certificate_out_of_its_time_is_refused() -> None:
    keys = key_pair(2048)
    late = (NOW + timedelta(days=3641)).timestamp()
    early = (NOW - timedelta(days=11)).timestamp()
    with pytest.raises(Refused, match="expired on 2036-07-19"):
        usable(keys.pem, "cert.pem", late)
    with pytest.raises(Refused, match="not valid before 2026-07-22"):
        usable(keys.pem, "cert.pem", early)


@pytest.mark.parametrize(
    ("seal", "said"),
    [
        (Seal("", "services"), "the name is missing"),
        (Seal("Auth", "services"), '"Auth" is no name'),
        (Seal("a" * 254, "services"), "is no name"),
        (Seal("auth_x", "services"), '"auth_x" is no name'),
        (Seal("auth", ""), "the namespace is missing"),
        (Seal("auth", "a.b"), '"a.b" is no namespace'),
        (Seal("auth", "-a"), '"-a" is no namespace'),
    ],
)
def test_names_that_the_server_would_refuse(seal: Seal, said: str) -> None:
    assert said in " ".join(name_problems(seal))


def test_good_names_pass() -> None:
    for seal in (SEAL, Seal("a.b-c.0", "n"), Seal("a", "", Scope.CLUSTER)):
        assert name_problems(seal) == ()


@pytest.mark.parametrize("key", ["", "A B", "A/B", "..", "..data", ".", "Ä", "A=B", "k" * 254])
def test_keys_that_the_server_would_refuse(key: str) -> None:
    assert key_problem(key)


@pytest.mark.parametrize("key", ["A", "tls.crt", ".dockerconfigjson", "a-b_c.d", "0"])
def test_good_keys_pass(key: str) -> None:
    assert key_problem(key) == ""


def test_types_ask_for_their_keys() -> None:
    some = {"A": Plaintext("x")}
    tls = Seal("a", "b", type="kubernetes.io/tls")
    assert problems(tls, some) == (
        "kubernetes.io/tls needs the key tls.crt",
        "kubernetes.io/tls needs the key tls.key",
    )
    assert problems(tls, some, frozenset({"tls.crt", "tls.key"})) == ()
    docker = Seal("a", "b", type="kubernetes.io/dockerconfigjson")
    assert problems(docker, {".dockerconfigjson": Plaintext("{")}) == (".dockerconfigjson is not JSON",)
    assert problems(docker, {".dockerconfigjson": Plaintext('{"auths": {}}')}) == ()
    basic = Seal("a", "b", type="kubernetes.io/basic-auth")
    assert problems(basic, some) == ("kubernetes.io/basic-auth needs the key username or password",)
    assert problems(basic, {"username": Plaintext("x")}) == ()
    assert problems(SEAL, {}) == ("there is nothing to seal",)
    assert problems(SEAL, {"A": Plaintext(b"x" * 1_100_000)}) == ("a Secret holds 1 MiB at most",)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"", ("is empty",)),
        (b"hunter2\n", ("ends with a line end",)),
        (b" hunter2", ("begins or ends with blanks",)),
        (b"cG9zdGdyZXM6Ly91c2VyOnB3QGRi", ("looks like base64 already: it is sealed as it stands",)),
        (b"hunter2", ()),
        (b"0123456789abcdef0123456789abcdef", ()),
        (bytes(range(200, 240)), ()),
    ],
)
def test_slips_are_pointed_out(value: bytes, said: tuple[str, ...]) -> None:
    assert remarks(Plaintext(value)) == said
