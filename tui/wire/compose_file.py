"""The Compose file of an environment: read by `docker compose config`, else as plain YAML.

Rules of the project's name: https://docs.docker.com/compose/how-tos/project-name/.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tui.clock import Clock
from tui.model.compose import Project, ServiceSpec
from tui.wire.plain import plain

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_PATIENCE = 20.0  # seconds
_PROPERTY = re.compile(r"\b(services(?:\.[\w-]+)+)(?:[: ]+[Aa]dditional property '?([\w-]+))?")
_NAMED = re.compile(r"^name:[ \t]*['\"]?([\w-]+)", re.M)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def find(folder: Path) -> Path | None:
    """The file that Compose would take there."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


async def read(file: Path, environ: Mapping[str, str], clock: Clock) -> Project:
    """Never fails: what is wrong is the project's complaint, beside the name under which containers run."""
    name, services, complaint, asks = await asyncio.to_thread(_plain, file, environ)
    if not asks:
        return Project(name, str(file), complaint=complaint)
    base = ("compose", "-f", str(file), "config")
    if shutil.which("docker", path=environ.get("PATH")) is None:
        return Project(name, str(file), services, complaint=complaint)
    (code, said, problem), (_, hashes, _) = await asyncio.gather(
        _docker(environ, clock, *base, "--format", "json"), _docker(environ, clock, *base, "--hash", "*")
    )
    if code is None or _no_compose(problem):
        return Project(name, str(file), services, complaint=complaint or (problem if code is None else ""))
    if code:
        return Project(name, str(file), services, complaint=_with_line(file, problem), by_cli=True)
    try:
        found = _table(json.loads(said))
    except ValueError as error:
        return Project(name, str(file), services, complaint=f"docker compose config: {error}")
    return _project(file, found, dict(_pairs(hashes)), tuple(services))


def project_name(file: Path, declared: object, environ: Mapping[str, str]) -> str:
    """COMPOSE_PROJECT_NAME, the file's `name:`, else its folder's name in the letters that Compose takes."""
    name = environ.get("COMPOSE_PROJECT_NAME") or declared
    if isinstance(name, str) and name and "$" not in name:
        return name
    return re.sub(r"[^a-z0-9_-]", "", file.absolute().parent.name.lower()).lstrip("_-")


def _plain(file: Path, environ: Mapping[str, str]) -> tuple[str, Mapping[str, ServiceSpec], str, bool]:
    """(project's name, services, complaint, whether the command has more to say) without any help."""
    text = ""
    try:
        text = file.read_text()
        document = yaml.load(text, _Loader)  # noqa: S506 - it is the safe one, in C
    except FileNotFoundError:
        return project_name(file, "", environ), {}, f"{file}: there is no such file", False
    except (OSError, ValueError, yaml.YAMLError) as error:  # a date that is none is a ValueError
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark is not None else str(file)
        named = _NAMED.search(text)  # what runs has that name all the same
        name = project_name(file, named[1] if named else "", environ)
        return name, {}, f"{where}: {getattr(error, 'problem', None) or error}", True
    if not isinstance(document, dict):
        return project_name(file, "", environ), {}, f"{file}: expected a table with services", True
    name = project_name(file, document.get("name"), environ)
    asks = bool(document.get("services") or document.get("include"))
    return name, _services(document), "", asks


def _services(document: Mapping[str, Any]) -> Mapping[str, ServiceSpec]:
    """What plain YAML says, without what Compose fills in: variables, includes, extends."""
    found = _table(document.get("services"))
    return {str(key): _service(str(key), _table(value), "") for key, value in found.items()}


def _project(
    file: Path, found: Mapping[str, Any], hashes: Mapping[str, str], written: tuple[str, ...]
) -> Project:
    services = {
        name: _service(name, _table(one), hashes.get(name, ""))
        for name, one in _table(found.get("services")).items()
    }
    volumes = tuple(str(_table(one).get("name") or key) for key, one in _table(found.get("volumes")).items())
    inactive = tuple(name for name in written if name not in services)
    return Project(str(found.get("name", "")), str(file), services, inactive, volumes, by_cli=True)


def _service(name: str, one: Mapping[str, Any], hash_: str) -> ServiceSpec:
    replicas = one.get("scale", _table(one.get("deploy")).get("replicas", 1))
    started = {str(each): {"condition": "service_started"} for each in _list(one.get("depends_on"))}
    waits = started or _table(one.get("depends_on"))
    health, restart = _table(one.get("healthcheck")), one.get("restart")
    return ServiceSpec(
        name=name,
        image=str(one.get("image") or ""),
        replicas=replicas if isinstance(replicas, int) else 1,
        depends_on={str(key): str(_table(value).get("condition", "")) for key, value in waits.items()},
        profiles=tuple(str(each) for each in _list(one.get("profiles"))),
        restart="" if restart is None else "no" if restart is False else str(restart),  # YAML reads no so
        command=" ".join((_words(one.get("entrypoint")), _words(one.get("command")))).strip(),
        labels=_labels(one.get("labels")),
        ports=tuple(_port(each) for each in _list(one.get("ports"))),
        health_check=bool(health) and not health.get("disable"),
        build="build" in one,
        hash=hash_,
    )


def _table(value: object) -> dict[Any, Any]:
    """What is no table where one belongs is told by Compose itself."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: object) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value or "")


def _labels(value: object) -> dict[str, str]:
    if isinstance(value, list):
        pairs = (str(each).partition("=") for each in value)
        return {key: text for key, _, text in pairs}
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else {}


def _port(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    published = value.get("published")
    return f"{published}->{value.get('target')}" if published else str(value.get("target"))


def _pairs(text: str) -> list[tuple[str, str]]:
    """`service hash` in each line."""
    words = (line.split() for line in text.splitlines())
    return [(pair[0], pair[1]) for pair in words if len(pair) == 2]


def _no_compose(problem: str) -> bool:
    """The docker command is there, its Compose plugin is not."""
    return "is not a docker command" in problem or "unknown shorthand flag: 'f'" in problem


def _with_line(file: Path, problem: str) -> str:
    """Compose names the file or the line, not always both: what it leaves out is looked up."""
    said = plain(problem.splitlines()[-1] if problem.strip() else "compose refuses the file", 500)
    if found := re.match(r"yaml: line (\d+): (.*)", said):
        return f"{file}:{found[1]}: {found[2]}"
    line = _line_of(file, said)
    if line is None:
        return said if str(file) in said else f"{file}: {said}"
    return f"{file}:{line}: {said.replace(f'validating {file}: ', '')}"


def _line_of(file: Path, said: str) -> int | None:
    """The line of `services.api.ports` that a complaint names."""
    found = _PROPERTY.search(said)
    if found is None:
        return None
    try:
        node = yaml.compose(file.read_text(), _Loader)
    except (OSError, yaml.YAMLError):
        return None
    line = None
    for key in (*found[1].split("."), *([found[2]] if found[2] else [])):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        match = next(((k, v) for k, v in pairs if k.value == key), None)
        if match is None:
            break
        line, node = match[0].start_mark.line + 1, match[1]
    return line


async def _docker(environ: Mapping[str, str], clock: Clock, *arguments: str) -> tuple[int | None, str, str]:
    """(exit code, output, complaint); no code when it did not end in time."""
    try:
        process = await asyncio.create_subprocess_exec(
            "docker",
            *arguments,
            env=dict(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return None, "", f"docker can't be run: {error}"
    try:
        async with clock.timeout(_PATIENCE):
            said, problem = await process.communicate()
    except TimeoutError:
        return None, "", f"docker compose did not answer within {_PATIENCE:g} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode(errors="replace"), problem.decode(errors="replace")
