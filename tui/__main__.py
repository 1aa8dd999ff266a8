"""The command: a command line becomes Settings, Settings a cockpit, its end an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui import VERSION

if TYPE_CHECKING:
    from tui.settings import Options, Settings

MISCONFIGURED = 2  # argparse ends with it too


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploytui",
        description="The terminal cockpit for people who deploy to Kubernetes.",
        epilog="deploytui doctor [ENVIRONMENT] [--json]: what can be reached, with which rights; no screen. "
        "deploytui record [ENVIRONMENT]: keeps the logs of migrations and hooks; no screen, reads only. "
        "deploytui seal --help: seals a Secret; no screen.",
    )
    add = parser.add_argument
    add("environment", nargs="?", default="", metavar="ENVIRONMENT", help="the environment to open first")
    add("-n", "--namespace", default="", metavar="NS", help="show this namespace first")
    add("--kubeconfig", metavar="FILE", help="instead of KUBECONFIG and ~/.kube/config")
    add("--context", default="", help="a context of the kubeconfig")
    add("--as", dest="user", default="", metavar="USER", help="act as another user (impersonation)")
    add("--as-group", dest="groups", action="append", default=[], metavar="GROUP", help="may be repeated")
    add("--config", metavar="FILE", help="instead of deploytui.yaml")
    add("--readonly", action="store_true", help="nothing is ever written")
    add("--demo", action="store_true", help="open on a simulated cluster of four environments")
    add("--version", action="version", version=f"deploytui {VERSION}")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code is the cockpit's or doctor's, 2 when something is misconfigured."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["seal"]:
        from tui.seal_command import main as seal

        return seal(arguments[1:])
    doctor, record = arguments[:1] == ["doctor"], arguments[:1] == ["record"]
    parser = _parser()
    if doctor:
        parser.add_argument("--json", action="store_true", help="for programs")
    typed = parser.parse_args(arguments[1:] if doctor or record else arguments)
    from pathlib import Path

    from tui.errors import Misconfigured
    from tui.settings import Options

    options = Options(
        environment=typed.environment,
        namespace=typed.namespace,
        kubeconfig=Path(typed.kubeconfig) if typed.kubeconfig else None,
        context=typed.context,
        user=typed.user,
        groups=tuple(typed.groups),
        config=Path(typed.config) if typed.config else None,
        readonly=typed.readonly,
        demo=typed.demo,
    )
    run: Callable[[Settings], int] = partial(_record, only=typed.environment) if record else _run
    if doctor:
        run = partial(_examine, only=typed.environment, json=typed.json)
    try:
        if not options.demo:
            return run(_load(options))
        with _demo(options) as settings:
            return run(settings)
    except Misconfigured as error:
        print(f"deploytui: {error}", file=sys.stderr)
        return MISCONFIGURED


def _load(options: Options) -> Settings:
    import os
    from pathlib import Path

    from tui.settings import load

    return load(options, environ=os.environ, cwd=Path.cwd(), home=Path.home())


def _run(settings: Settings) -> int:
    import asyncio
    import gc

    gc.set_threshold(10_000, 20, 100)  # imports make much and drop little; then see tui.litter
    from tui.app import Cockpit
    from tui.loop import Loop
    from tui.screens.keymap import checked

    cockpit = Cockpit(replace(settings, keymap=checked(settings)))
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(cockpit.run_async())
    return cockpit.return_code or 0


def _examine(settings: Settings, *, only: str, json: bool) -> int:
    from tui.clock import SystemClock
    from tui.doctor import run

    chosen = tuple(one for one in settings.environments if only in ("", one.name))
    return run(replace(settings, environments=chosen), SystemClock(), json=json)


def _record(settings: Settings, *, only: str) -> int:
    from tui.clock import SystemClock
    from tui.record_command import run

    return run(settings, SystemClock(), only=only)


@contextmanager
def _demo(options: Options) -> Iterator[Settings]:
    """Settings for a simulator of our own; it ends with its standard input, so also when we are killed."""
    import json
    import subprocess
    import tempfile
    from importlib.util import find_spec
    from pathlib import Path

    from tui.errors import Misconfigured

    if options.kubeconfig is not None or options.config is not None:
        raise Misconfigured("--demo brings its own --kubeconfig and --config", "leave them out")
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise Misconfigured("the demo is not installed", "pip install 'deploytui[demo]'")
    # Leaving closes its standard input and waits for it.
    with (
        tempfile.TemporaryFile(mode="w+") as complaints,  # they would be written over the screen
        subprocess.Popen(
            [sys.executable, "-m", "tui.demo"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,  # the terminal's interrupt is for us
        ) as process,
    ):
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            code = process.wait()
            complaints.seek(0)
            why = (complaints.read().strip().splitlines() or [f"exit code {code}"])[-1]
            raise Misconfigured(f"the demo did not start: {why}")
        told = json.loads(said)
        own = replace(
            options,
            kubeconfig=Path(told["kubeconfig"]),
            config=Path(told["config"]),
            state=Path(told["folder"]) / "state",
        )
        yield _load(own)


if __name__ == "__main__":
    sys.exit(main())
