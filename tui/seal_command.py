"""`deploytui seal`: seals without a screen. Values come from a file or standard input, never as arguments."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from tui.chart import Place, place_in
from tui.chart_draft import draft, write
from tui.clock import SystemClock
from tui.errors import DeployError, Misconfigured, Refused
from tui.model.env_file import BrokenLine, parse
from tui.model.plaintext import Plaintext
from tui.model.seal_check import TYPES
from tui.model.sealed_secret import Scope, Seal
from tui.seal import Request, Result, choose, seal
from tui.settings import Options, load
from tui.wire.kubeconfig import load as load_kubeconfig
from tui.wire.seal_controller import SealController
from tui.wire.server import Servers

FAILED, MISCONFIGURED = 1, 2


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="deploytui seal",
        description="Seals a Secret and prints the SealedSecret, or the file merged into.",
    )
    add = made.add_argument
    add(
        "name",
        nargs="?",
        default="",
        metavar="NAME",
        help="of the Secret; --merge of a SealedSecret knows it",
    )
    add("-n", "--namespace", default="", metavar="NS", help="of the Secret; never taken from the kubeconfig")
    add(
        "--scope",
        type=Scope,
        choices=list(Scope),
        help="strict unless --merge says otherwise",
        metavar="SCOPE",
    )
    add("--type", choices=list(TYPES), default="Opaque", metavar="TYPE", help=" ".join(TYPES))
    values = made.add_mutually_exclusive_group(required=True)
    values.add_argument("--from-env-file", metavar="F", help="a .env file, - for standard input")
    values.add_argument(
        "--stdin", metavar="KEY", help="standard input is the value of this key, byte for byte"
    )
    add(
        "--merge",
        metavar="FILE",
        type=Path,
        help="a SealedSecret, or a chart's values that its template reads",
    )
    add("--in-place", action="store_true", help="write the merged FILE instead of printing it")
    add("--cert", default="", metavar="FILE", help="a certificate's file or URL; no cluster is asked then")
    add("--verify", action="store_true", help="ask the controller whether it can open the result")
    add("--environment", default="", metavar="ENV", help="of deploytui.yaml, whose controller is asked")
    add("--kubeconfig", type=Path, metavar="FILE")
    add("--context", default="")
    add("--config", type=Path, metavar="FILE")
    return made


def main(arguments: Sequence[str]) -> int:
    """Exit code 0, 1 when it failed, 2 when something is misconfigured; only ciphertext is ever printed."""
    typed = parser().parse_args(arguments)
    try:
        return asyncio.run(_run(typed))
    except Misconfigured as error:
        print(f"deploytui: {error}", file=sys.stderr)
        return MISCONFIGURED
    except DeployError as error:
        print(f"deploytui: {error}", file=sys.stderr)
        return FAILED


async def _run(typed: argparse.Namespace) -> int:
    place, wanted = _target(typed)
    values = _values(typed)
    clock = SystemClock()
    servers = Servers(clock, environ=os.environ)
    try:
        asked = not typed.cert or typed.verify
        controller, cert, folder = (
            _controller(typed, servers, clock) if asked else (None, typed.cert, Path.cwd())
        )
        chosen = await choose(cert, folder, controller, clock)
        kept = frozenset(place.keys) if place else frozenset()
        made = seal(Request(wanted, values, chosen.certificate, kept))
        for remark in (chosen.note, *made.remarks, *(place.remarks if place else ())):
            if remark:
                print(f"deploytui: {remark}", file=sys.stderr)
        if typed.verify and controller is not None:
            shut = await controller.unopened(made.thing)
            if shut:
                raise Refused(f"{controller.place} can't open {', '.join(shut)}", "nothing was written")
        _give(typed, place, wanted, made)
    finally:
        for value in values.values():
            value.forget()
        await servers.close()
    return 0


def _target(typed: argparse.Namespace) -> tuple[Place | None, Seal]:
    """What is sealed for: of a SealedSecret that is merged into, name, namespace and scope are its own."""
    seal = Seal(typed.name, typed.namespace, typed.scope or Scope.STRICT, typed.type)
    if typed.merge is None:
        if typed.in_place:
            raise Misconfigured("--in-place needs --merge FILE")
        return None, seal
    place, own = place_in(typed.merge, seal)
    for option, given, theirs in (
        ("NAME", typed.name, own.name),
        ("--namespace", typed.namespace, own.namespace),
    ):
        if given and given != theirs:
            raise Refused(f"{typed.merge} is for {theirs}, not for {given}", f"leave {option} out")
    if typed.scope and typed.scope is not own.scope:
        raise Refused(f"{typed.merge} is {own.scope}, not {typed.scope}", "leave --scope out")
    return place, own


def _values(typed: argparse.Namespace) -> Mapping[str, Plaintext]:
    if typed.stdin:
        return {typed.stdin: Plaintext(sys.stdin.buffer.read())}
    name = typed.from_env_file
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        found = parse(raw.decode())
    except OSError as error:
        raise Refused(f"{name}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Refused(f"{name}: is not UTF-8 text", "give binary values by --stdin KEY") from None
    except BrokenLine as error:
        raise Refused(f"{name}:{error.line}: {error.why}", "nothing was sealed") from None
    for one in found:
        if one.remark:
            print(f"deploytui: {name}:{one.line}: {one.key}: {one.remark}", file=sys.stderr)
    return {one.key: one.value for one in found}


def _controller(
    typed: argparse.Namespace, servers: Servers, clock: SystemClock
) -> tuple[SealController, str, Path]:
    """The environment's controller, its configured certificate, and the folder of a relative path."""
    options = Options(
        environment=typed.environment, kubeconfig=typed.kubeconfig, context=typed.context, config=typed.config
    )
    settings = load(options, environ=os.environ, cwd=Path.cwd(), home=Path.home())
    environment = next(one for one in settings.environments if one.name == settings.start)
    file = Path(environment.kubeconfig) if environment.kubeconfig else settings.kubeconfig
    access = load_kubeconfig(file, os.environ, Path.home()).access(environment.context or None)
    told = settings.sections.get(environment.name, {}).get("sealed-secrets", {})
    place, cert = str(told.get("controller") or ""), str(told.get("cert") or "")
    folder = settings.config_file.parent if settings.config_file and not typed.cert else Path.cwd()
    return SealController(servers.get(access), clock, place), typed.cert or cert, folder


def _give(typed: argparse.Namespace, place: Place | None, wanted: Seal, made: Result) -> None:
    if place is None:
        sys.stdout.write(yaml.safe_dump(made.thing, sort_keys=False, width=2**30))
        return
    change = draft(place, wanted, made.encrypted)
    if typed.in_place:
        write(change)
        print(f"deploytui: {change.file}: {change.words}", file=sys.stderr)
    else:
        sys.stdout.write(change.after)
