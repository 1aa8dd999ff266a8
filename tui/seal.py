"""Sealing without a screen: what is asked becomes ciphertext, with a certificate that is this cluster's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui.chart import Place
from tui.chart_draft import encrypted_at
from tui.clock import Clock
from tui.errors import DeployError, Refused
from tui.model.plaintext import Plaintext
from tui.model.seal_check import problems, remarks
from tui.model.sealed_secret import Seal
from tui.wire.certificate import Certificate
from tui.wire.certificate_source import fetch
from tui.wire.seal_controller import SealController
from tui.wire.sealing import Object, seal_value, seal_values, sealed_secret

_PROBE = Seal("probe", "default")  # nothing is made under that name: the controller is only asked


@dataclass(frozen=True, slots=True)
class Request:
    """What to seal; `kept` are keys that are sealed already and stay as they are."""

    seal: Seal
    values: Mapping[str, Plaintext]
    certificate: Certificate
    kept: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Result:
    """Ciphertext by key, the object that holds it alone, and what is odd about the values in words."""

    encrypted: Mapping[str, str]
    thing: Object
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A certificate; `newest` is None where the controller can't be asked, `note` says what to know of it."""

    certificate: Certificate
    newest: bool | None
    note: str = ""


def seal(request: Request) -> Result:
    """Refused with everything that is wrong at once; nothing but ciphertext and names comes out."""
    wrong = problems(request.seal, request.values, request.kept)
    if wrong:
        raise Refused("; ".join(wrong), "nothing was sealed")
    encrypted = seal_values(request.certificate, request.seal, request.values)
    said = tuple(f"{key} {remark}" for key, value in request.values.items() for remark in remarks(value))
    return Result(encrypted, sealed_secret(request.seal, encrypted), said)


async def choose(source: str, folder: Path, controller: SealController | None, clock: Clock) -> Chosen:
    """The certificate of a file or URL, else the controller's; Refused when it is another cluster's."""
    if not source:
        if controller is None:
            raise Refused("there is no certificate", "name one: cert: PATH or URL")
        return Chosen(await controller.certificate(), True)
    pinned = await fetch(source, folder, clock)
    if controller is None:
        return Chosen(pinned, None, "no controller was asked whether it is its own")
    try:
        newest = await controller.certificate()
        if newest.fingerprint == pinned.fingerprint:
            return Chosen(pinned, True)
        ours = await _opens(controller, pinned)
    except DeployError as error:
        return Chosen(pinned, None, f"the controller can't be asked whether it is its own: {error.title}")
    if not ours:
        title = f"{pinned.origin}: another cluster's certificate: {controller.place} can't open what it seals"
        raise Refused(title, f"its own is {newest.short}: kubeseal --fetch-cert")
    return Chosen(pinned, False, f"an older key: the newest is {newest.short}")


async def foreign(place: Place, wanted: Seal, controller: SealController) -> tuple[str, ...]:
    """Keys whose ciphertext there this controller can't open: another environment's, or for another name."""
    values = encrypted_at(place)
    return await controller.unopened(sealed_secret(wanted, values)) if values else ()


async def guard(place: Place, wanted: Seal, controller: SealController | None) -> None:
    """Refused where a file that is not this environment's alone holds what is not this environment's."""
    if place.own or not place.keys:
        return
    hint = "give each environment a file of its own, or name the file yourself"
    if controller is None:
        raise Refused(f"{place.file} may hold another environment's ciphertext: nobody can tell here", hint)
    shut = await foreign(place, wanted, controller)
    if shut:
        raise Refused(f"{place.file} holds another environment's ciphertext: {', '.join(shut)}", hint)


async def _opens(controller: SealController, certificate: Certificate) -> bool:
    """Whether the controller has the private key: it is asked to open an empty value."""
    value = seal_value(certificate.key, Plaintext(b""), _PROBE.label)
    return await controller.opens(sealed_secret(_PROBE, {"probe": value}))
