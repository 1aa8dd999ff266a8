"""What the simulated engine answers: a container's JSON, its events, its log in frames."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tui.demo.engine import Box, Engine, labels_of
from tui.demo.logbook import Line

Object = dict[str, Any]
_NEVER = "0001-01-01T00:00:00Z"
_STREAMS = {"stdout": 1, "stderr": 2}
_MOST = 2000  # lines of one piece


def listed(engine: Engine, box: Box, now: float) -> Object:
    """As GET /containers/json has it."""
    return {
        "Id": box.id,
        "Names": [f"/{box.name}"],
        "Image": box.image,
        "ImageID": box.image_id,
        "Command": box.command,
        "Created": int(box.created),
        "Ports": [],
        "Labels": labels_of(box),
        "State": box.state,
        "Status": _status(box, now),
    }


def inspected(engine: Engine, box: Box) -> Object:
    """As GET /containers/{id}/json has it."""
    state: Object = {
        "Status": box.state,
        "Running": box.state == "running",
        "Paused": False,
        "Restarting": box.state == "restarting",
        "OOMKilled": False,
        "Dead": False,
        "Pid": 4242 if box.state == "running" else 0,
        "ExitCode": 0 if box.state == "running" else box.exit_code,
        "Error": "",
        "StartedAt": stamp(box.started),
        "FinishedAt": stamp(box.finished),
    }
    if box.check:
        entry = {"Start": stamp(box.turned), "End": stamp(box.turned), "ExitCode": int(not box.healthy)}
        log = [{**entry, "Output": "" if box.healthy else box.check}] if box.health != "starting" else []
        state["Health"] = {"Status": box.health, "FailingStreak": box.failing, "Log": log}
    bindings = {inside: [{"HostIp": "127.0.0.1", "HostPort": out}] for inside, out in box.ports.items()}
    return {
        "Id": box.id,
        "Created": stamp(box.created),
        "Path": "sh",
        "Args": ["-c", box.command],
        "State": state,
        "Image": box.image_id,
        "Name": f"/{box.name}",
        "RestartCount": box.restarts,
        "HostConfig": {"RestartPolicy": {"Name": box.policy, "MaximumRetryCount": 0}, "Memory": 0},
        "Config": {
            "Env": list(box.env),
            "Image": box.image,
            "Tty": box.tty,
            "Cmd": ["sh", "-c", box.command],
            "Labels": labels_of(box),
        },
        "NetworkSettings": {
            "Ports": bindings,
            "Networks": {"platform_default": {"IPAddress": f"172.20.0.{2 + int(box.id[:2], 16) % 250}"}},
        },
    }


def stamp(at: float | None) -> str:
    """RFC 3339 with nine digits; Go's zero time for never."""
    if at is None:
        return _NEVER
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def _status(box: Box, now: float) -> str:
    if box.state == "running":
        return f"Up {int(now - (box.started or now))} seconds" + (f" ({box.health})" if box.health else "")
    return box.state.capitalize() if box.state == "created" else f"Exited ({box.exit_code})"


async def events(engine: Engine, query: Mapping[str, str]) -> AsyncIterator[bytes]:
    """Those since then that are remembered, then what happens, until the given time."""
    filters = json.loads(query.get("filters") or "{}")
    since, until = float(query.get("since") or "inf"), query.get("until")
    wanted = {str(each) for each in filters.get("event", ())}
    labels = [str(each).partition("=") for each in filters.get("label", ())]

    def fits(event: Object) -> bool:
        attributes = event["Actor"]["Attributes"]
        if wanted and not any(str(event["Action"]).startswith(each) for each in wanted):
            return False
        return all(attributes.get(key) == value for key, _, value in labels)

    wake = asyncio.Event()
    engine.listeners.add(wake)
    told = engine.told
    try:
        for event in tuple(engine.events):
            at = event["timeNano"] / 1e9
            if at >= since and (until is None or at <= float(until)) and fits(event):
                yield json.dumps(event).encode() + b"\n"
        while until is None and engine.up:
            fresh = engine.told - told
            for event in tuple(engine.events)[len(engine.events) - fresh :] if fresh else ():
                if fits(event):
                    yield json.dumps(event).encode() + b"\n"
            told += fresh
            if not fresh:
                wake.clear()
                await wake.wait()
    finally:
        engine.listeners.discard(wake)


async def log(engine: Engine, box: Box, query: Mapping[str, str]) -> AsyncIterator[bytes]:
    """Frames (raw with a TTY), from the tail, cut by `since` and `until`, and followed while it runs."""
    end = box.log.dropped + len(box.log.lines)
    tail = query.get("tail", "all")
    place = max(end - int(tail), box.log.dropped) if tail.isdigit() else box.log.dropped
    since = int(float(query.get("since") or 0) * 1e9)
    until = int(float(query.get("until") or "9e9") * 1e9)
    stamps, follow = query.get("timestamps") in ("1", "true"), query.get("follow") in ("1", "true")
    run = box.started
    wake = asyncio.Event()
    box.log.listeners.add(wake.set)
    engine.listeners.add(wake)
    try:
        while True:
            lines, place = box.log.after(place, _MOST)
            if box.started != run:  # a follower ends with the run that it followed
                until = min(until, int((box.finished or 0.0) * 1e9))
            picked = [line for line in lines if since <= line[0] <= until]
            if picked:
                yield b"".join([_frame(line, stamps=stamps, tty=box.tty) for line in picked])
                await asyncio.sleep(0)  # who reads may have gone
            over = box.state != "running" or box.started != run or not engine.up or box.log.closed
            if not lines and (not follow or over):
                return
            if not lines:
                wake.clear()
                await wake.wait()
    finally:
        box.log.listeners.discard(wake.set)
        engine.listeners.discard(wake)


def _frame(line: Line, *, stamps: bool, tty: bool) -> bytes:
    at, stream, text = line
    if stamps:
        seconds, rest = divmod(at, 1_000_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        text = f"{moment}.{rest:09d}Z ".encode() + text
    if tty:
        return text + b"\r\n"
    return bytes((_STREAMS[stream], 0, 0, 0)) + (len(text) + 1).to_bytes(4, "big") + text + b"\n"
