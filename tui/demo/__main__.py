"""`python -m tui.demo`: the simulator says in one JSON line where it is, and ends with its standard input."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
from pathlib import Path
from types import FrameType

import uvicorn

from tui.demo.certificate import make_certificates
from tui.demo.control import Control, NewWorld
from tui.demo.engine_server import server as engine_server
from tui.demo.load import Load, generate
from tui.demo.load_apps import build as build_apps
from tui.demo.scenes import SCENES
from tui.demo.server import Server
from tui.demo.world import Worlds


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tui.demo", description=__doc__)
    parser.add_argument(
        "--scene", choices=sorted(SCENES), help="what the world `demo` holds (default: policy)"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the world in one second")
    parser.add_argument("--pods", type=int, default=0, help="load generator: so many pods in production")
    parser.add_argument("--apps", type=int, default=0, help="load generator: so many Applications there")
    parser.add_argument("--churn", type=float, default=0.0, help="load generator: changes a second")
    parser.add_argument("--log-rate", type=float, default=0.0, help="load generator: log lines a second")
    return parser.parse_args()


async def _end_of_input() -> None:
    """Until standard input ends, so that nobody is left behind when the parent dies."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(4096):
        pass


async def _serve(arguments: argparse.Namespace, folder: Path) -> None:
    _, certificate, key = make_certificates(folder)
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    # asyncio does it for sockets that say TCP only; without it every answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    worlds = Worlds()
    control = Control(worlds, folder, secrets.token_urlsafe(24))
    control.server = f"https://127.0.0.1:{listening.getsockname()[1]}"
    beside, engine = engine_server(worlds)
    control.engine = f"tcp://127.0.0.1:{engine.getsockname()[1]}"
    load = Load(arguments.pods, arguments.churn, arguments.log_rate)
    scene = arguments.scene or ("empty" if load.wanted or arguments.apps else "policy")
    made = control.make(NewWorld(name="demo", scene=scene, speed=arguments.speed))
    server = uvicorn.Server(
        uvicorn.Config(
            Server(worlds, control),
            ssl_certfile=certificate,
            ssl_keyfile=key,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=90,
            timeout_graceful_shutdown=1,
        )
    )
    if arguments.apps:
        build_apps(worlds.worlds["demo"].environments["production"], arguments.apps)
    tasks = [asyncio.create_task(worlds.tick()), asyncio.create_task(_end_of_input())]
    if load.wanted:
        tasks.append(asyncio.create_task(generate(load, worlds.worlds["demo"].environments["production"])))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    tasks.append(asyncio.create_task(beside.serve(sockets=[engine])))
    said = {"kubeconfig": made["kubeconfig"], "config": made["config"], "control": control.address()}
    print(json.dumps({**said, "folder": str(folder), "pid": os.getpid()}), flush=True)
    done, _ = await asyncio.wait([serving, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for world in tuple(worlds.worlds.values()):
        world.close()
    server.should_exit = beside.should_exit = True
    for task in tasks:
        task.cancel()
    await asyncio.gather(serving, *tasks, return_exceptions=True)
    for task in done - {serving}:
        # A ticker that broke is a bug, and must not look like a quiet end.
        task.result()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """Runs until the end of standard input or SIGTERM; the folder goes with it."""
    arguments = _arguments()
    # uvicorn raises the signal that ended it once more when it is done; that must not skip the clean-up.
    signal.signal(signal.SIGTERM, _leave)
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # connections are cut on purpose
    with tempfile.TemporaryDirectory(prefix="deploytui-demo-") as folder:
        asyncio.run(_serve(arguments, Path(folder)))


if __name__ == "__main__":
    main()
