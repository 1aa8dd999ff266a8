"""The control address: tests make worlds, set faults, step clocks and read what was asked. JSON over POST."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tui.demo.actions import ACTIONS
from tui.demo.ask import answer
from tui.demo.kubeconfig import write_config, write_kubeconfig
from tui.demo.scene_local import build_local, compose_file
from tui.demo.scenes import SCENES, build
from tui.demo.world import ENVIRONMENTS, World, Worlds

Object = dict[str, Any]


class NewWorld(msgspec.Struct, kw_only=True):
    """`at` is the clock's first time in epoch seconds."""

    name: str = ""
    scene: str = "empty"
    environments: Sequence[str] = ENVIRONMENTS
    at: float | None = None
    frozen: bool = False
    speed: float = 1.0
    bookmark_seconds: float = 60.0


class _Wrong(Exception):
    """What was asked can't be done: 400 with the words."""


class Control:
    """Paths under /control/<secret>: worlds, worlds/<name>, worlds/<name>/drop, worlds/<name>/<action>."""

    def __init__(self, worlds: Worlds, folder: Path, secret: str) -> None:
        self._worlds = worlds
        self._folder = folder
        self._prefix = f"/control/{secret}/"
        self.server = ""
        self.engine = ""  # tcp://, without a world
        self._made = 0

    def address(self) -> str:
        """Without a slash at its end."""
        return self.server + self._prefix.rstrip("/")

    def meant(self, path: str) -> bool:
        """Whether the path is ours."""
        return path.startswith(self._prefix)

    async def answer(self, request: Request) -> Response:
        """Does one thing; 400 with `message` when it can't."""
        parts = [part for part in request.url.path.removeprefix(self._prefix).split("/") if part]
        body = await request.body() or b"{}"
        try:
            return answer({"result": self._do(parts, body)})
        except (_Wrong, ValueError, KeyError) as error:
            return answer({"message": f"{type(error).__name__}: {error}"}, 400)

    def _do(self, parts: list[str], body: bytes) -> Any:
        match parts:
            case ["worlds"]:
                return self.make(msgspec.json.decode(body, type=NewWorld))
            case ["worlds", name]:
                return self.told(self._worlds.worlds[name])
            case ["worlds", name, "drop"]:
                self._worlds.drop(name)
                return None
            case ["worlds", name, "kubeconfig"]:
                return str(
                    self.kubeconfig(self._worlds.worlds[name], msgspec.json.decode(body, type=_Of).user)
                )
            case ["worlds", name, action] if action in ACTIONS:
                asked, act = ACTIONS[action]
                return act(self._worlds.worlds[name], msgspec.json.decode(body, type=asked))
        raise _Wrong(f"no action {'/'.join(parts)}")

    def make(self, wish: NewWorld) -> Object:
        """A world with its scene, kubeconfig and configuration; paths are absolute."""
        if wish.scene not in SCENES:
            raise _Wrong(f"no scene {wish.scene!r}: one of {', '.join(SCENES)}")
        self._made += 1
        name = wish.name or f"world-{self._made}"
        if name in self._worlds.worlds:
            raise _Wrong(f"there is a world {name!r}")
        world = World(name, wish.environments, at=wish.at, frozen=wish.frozen, speed=wish.speed)
        world.bookmark_seconds = wish.bookmark_seconds
        clusters = {each.name: each.cluster for each in world.environments.values()}
        logs = {each.name: each.logs for each in world.environments.values()}
        build(wish.scene, clusters, logs, world.now())
        if wish.scene == "policy":
            build_local(world.engine, world.now())
        (self._folder / f"{name}-compose.yaml").write_text(compose_file(wish.scene))
        for cluster in clusters.values():
            if cluster.repository.branches:
                cluster.repository.checkout(self._folder / f"{name}-checkout")
        self._worlds.add(world)
        return self.told(world)

    def told(self, world: World) -> Object:
        """What a client needs to know of a world; writes its files."""
        kubeconfig = self.kubeconfig(world, "ops")
        config = write_config(self._folder, world, kubeconfig, self.engine)
        return {
            "name": world.name,
            "server": f"{self.server}/{world.name}",
            "authority": str(self._folder / "ca.crt"),
            "kubeconfig": str(kubeconfig),
            "config": str(config),
            "engine": f"{self.engine}/{world.name}",
            "compose": str(self._folder / f"{world.name}-compose.yaml"),
            "token": world.users["ops"].token,
        }

    def kubeconfig(self, world: World, user: str) -> Path:
        """A kubeconfig with a context for each environment, for that user."""
        return write_kubeconfig(self._folder, self.server, world, world.users[user])


class _Of(msgspec.Struct):
    user: str = "ops"
