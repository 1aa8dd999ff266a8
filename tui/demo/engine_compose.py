"""What only the docker command asks of the engine: images, networks, volumes, making, naming containers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from tui.demo.engine import PROJECT, Box, Ends, Engine
from tui.demo.logbook import ContainerLog

Object = dict[str, Any]

_LABEL = "com.docker.compose."
_IMAGE = re.compile(r"^/images/(?P<name>.+)/json$")
_RENAME = re.compile(r"^/containers/(?P<ref>[^/]+)/rename$")
_NETWORK: Object = {
    "Name": f"{PROJECT}_default",
    "Id": "5e" * 32,
    "Scope": "local",
    "Driver": "bridge",
    "Labels": {f"{_LABEL}project": PROJECT, f"{_LABEL}network": "default"},
}


def answer(
    engine: Engine, method: str, path: str, query: Mapping[str, str], body: Object, now: float
) -> Response | None:
    """None for what others answer. The one network is always there."""
    if path == "/info":
        return JSONResponse({"ID": "demo", "OSType": "linux", "ServerVersion": engine.version})
    if path.startswith("/volumes"):
        return _volume(engine, method, path.removeprefix("/volumes").strip("/"), body)
    if path == "/networks":
        return JSONResponse([_NETWORK])
    if path.startswith("/networks/"):
        return JSONResponse(_NETWORK) if method == "GET" else Response(status_code=204)
    if match := _IMAGE.match(path):
        return _image(engine, match["name"])
    if method != "POST":
        return None
    if path == "/images/create":
        return JSONResponse({"message": f"pull access denied for {query.get('fromImage')}"}, 404)
    if path == "/containers/create":
        box = engine.add(_made(engine, query.get("name", ""), body), now)
        return JSONResponse({"Id": box.id, "Warnings": []}, 201)
    if match := _RENAME.match(path):
        engine.find(match["ref"]).name = query["name"]
        return Response(status_code=204)
    return None


def _image(engine: Engine, name: str) -> Response:
    """Also by its id; only what a container was once made of is there."""
    names = [each for each, id in engine.images.items() if name in (each, id)]
    if not names and name not in engine.nameless:
        return JSONResponse({"message": f"No such image: {name}"}, 404)
    id = engine.images[names[0]] if names else name
    return JSONResponse({"Id": id, "RepoTags": names, "RepoDigests": [], "Os": "linux", "Config": {}})


def _volume(engine: Engine, method: str, name: str, body: Object) -> Response:
    """Kept by name until it is removed."""
    if name == "create":
        made = {"Name": body["Name"], "Labels": body.get("Labels"), "Driver": "local", "Scope": "local"}
        engine.volumes[body["Name"]] = made
        return JSONResponse(made, 201)
    if not name:
        return JSONResponse({"Volumes": list(engine.volumes.values()), "Warnings": []})
    if name not in engine.volumes:
        return JSONResponse({"message": f"get {name}: no such volume"}, 404)
    if method == "DELETE":
        del engine.volumes[name]
        return Response(status_code=204)
    return JSONResponse(engine.volumes[name])


def _made(engine: Engine, name: str, body: Object) -> Box:
    """Behaves as the last container of its service did; it starts when it is told to."""
    labels: Mapping[str, str] = body.get("Labels") or {}
    service = labels.get(f"{_LABEL}service", name)
    former = engine.former.get(service) or _plain(service, body)
    return replace(
        former,
        id="",
        name=name,
        number=int(labels.get(f"{_LABEL}container-number", "1")),
        image=str(body.get("Image", "")),
        labels=labels,
        state="created",
        held=True,
        health="",
        exit_code=0,
        restarts=0,
        started=None,
        finished=None,
        stopping=False,
        log=ContainerLog(),
        spoken=0.0,
    )


def _plain(service: str, body: Object) -> Box:
    """Of a service that never ran: what echoes ends at once, a health check passes."""
    words = [str(each) for each in body.get("Cmd") or ()]
    ends = Ends((" ".join(words[1:]),), 0.2) if words[:1] == ["echo"] else None
    return Box(service, "", ends=ends, policy="no", check="not ready" if body.get("Healthcheck") else "")
