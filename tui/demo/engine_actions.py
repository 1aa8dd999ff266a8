"""What the control address can do to the engine: make, start, end, remove containers, switch it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tui.demo.engine import Box, Ends
from tui.demo.world import World

Object = dict[str, Any]


class EngineAsk(msgspec.Struct, kw_only=True):
    """`what` is one of the verbs below; `name` is a container's name or id."""

    what: str
    name: str = ""
    service: str = ""
    image: str = "busybox:1"
    number: int = 1
    says: Sequence[str] = ()
    rate: float = 0.0
    ends: tuple[Sequence[str], float, int] | None = None  # lines, seconds, exit code
    check: str = ""
    healthy: bool = True
    flaps: float = 0.0
    policy: str = ""
    tty: bool = False
    labels: Mapping[str, str] = {}
    env: Sequence[str] = ()
    command: str = ""
    count: int = 1
    code: int = 0


def act(world: World, ask: EngineAsk) -> Object | None:
    """`add` makes and starts containers; `create` only makes one; `write` adds `count` times `says`; `build`
    gives an image's name to another."""
    engine, now = world.engine, world.now()
    match ask.what:
        case "add" | "create":
            for number in range(ask.number, ask.number + ask.count):
                box = engine.add(_box(ask, number), now)
                if ask.what == "add":
                    engine.start(box, now)
            return {"id": box.id, "name": box.name}
        case "build":
            return {"id": engine.build(ask.image, now)}
        case "switch":
            engine.switch(on=ask.healthy)
        case "write":
            box = engine.find(ask.name)
            for _ in range(ask.count):
                for line in ask.says:
                    box.log.write(line.removeprefix("!"), now, "stderr" if line[:1] == "!" else "stdout")
        case "start":
            engine.start(engine.find(ask.name), now)
        case "stop":
            engine.stop(engine.find(ask.name), now)
        case "restart":
            engine.restart(engine.find(ask.name), now)
        case "die":
            engine.die(engine.find(ask.name), ask.code, now)
        case "remove":
            engine.remove(engine.find(ask.name), now)
        case "health":
            engine.find(ask.name).healthy = ask.healthy
        case _:
            raise ValueError(ask.what)
    return None


def _box(ask: EngineAsk, number: int) -> Box:
    return Box(
        ask.service,
        ask.image,
        number=number,
        says=ask.says,
        rate=ask.rate,
        ends=Ends(*ask.ends) if ask.ends is not None else None,
        check=ask.check,
        healthy=ask.healthy,
        flaps=ask.flaps,
        policy=ask.policy,
        tty=ask.tty,
        labels=ask.labels,
        env=ask.env,
        command=ask.command,
    )
