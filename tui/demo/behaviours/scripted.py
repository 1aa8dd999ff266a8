"""How a container behaves is data: the pod's annotation, its environment variables, its image."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tui.demo.behaviours.common import Object, annotations_of
from tui.demo.behaviours.shell import Shell, shell_of

BEHAVIOUR = "demo.deploytui/behaviour"
STILL = "demo.deploytui/still"

# The migrations of the databases that the policy names; a goose image's tag is its database.
MIGRATIONS: dict[str, tuple[str, ...]] = {
    "auth_db": (
        "00001_accounts.sql",
        "00002_sessions.sql",
        "00003_backfill_last_seen.sql",
        "00004_session_expiry_index.sql",
    ),
    "identity_db": ("00001_identities.sql", "00002_documents.sql", "00003_verified_at.sql"),
    "legal_db": ("00001_terms.sql", "00002_consents.sql", "00003_first_terms.sql"),
    "personal_db": ("00001_profiles.sql", "00002_addresses.sql", "00003_touch_profile.sql"),
}
WRONG_COLUMN = (
    'ALTER TABLE no_such_table ADD COLUMN nickname text NOT NULL;": '
    'ERROR: relation "no_such_table" does not exist (SQLSTATE 42P01)'
)


@dataclass(frozen=True, slots=True)
class Goose:
    """A run of goose: the files it applies, how long they take, and the one that fails."""

    files: tuple[str, ...] = ()
    seconds: float | tuple[float, ...] = 0.8
    version: int = 0
    fail_at: str | int | None = None
    error: str = WRONG_COLUMN

    def seconds_of(self, index: int) -> float:
        """How long the file at `index` takes."""
        if isinstance(self.seconds, tuple):
            return self.seconds[min(index, len(self.seconds) - 1)]
        # Equal times for each file would look made up.
        return self.seconds * (0.4 + (index * 37 % 10) / 8)

    def fails(self, index: int) -> bool:
        """Whether the file at `index` is the one that fails."""
        return self.fail_at == index or self.fail_at == self.files[index]

    def duration(self) -> float:
        """Seconds from the start to the exit."""
        total = 0.3
        for index in range(len(self.files)):
            total += self.seconds_of(index)
            if self.fails(index):
                break
        return total


@dataclass(frozen=True, slots=True)
class Script:
    """What one container does after its start. Times in seconds, `rate` in log lines a second."""

    start_after: float = 0.6
    ready_after: float = 0.0
    crash_after: float | None = None
    exit_after: float | None = None
    exit_code: int = 1
    oom: bool = False
    fail_ready: bool = False
    fail_ready_after: float | None = None
    image_missing: bool = False
    stop_after: float = 0.4
    log: str = "json"
    rate: float = 0.5
    trace: bool = False
    message: str = ""
    goose: Goose | None = None
    shell: Shell | None = None

    def end(self) -> tuple[float, int, str] | None:
        """(seconds after its start, exit code, reason) when the container ends by itself."""
        if self.goose is not None:
            failed = any(self.goose.fails(index) for index in range(len(self.goose.files)))
            return self.goose.duration(), int(failed), "Error" if failed else "Completed"
        if self.shell is not None:
            return self.shell.seconds, self.shell.code, "Error" if self.shell.code else "Completed"
        if self.oom:
            return (3.0 if self.crash_after is None else self.crash_after), 137, "OOMKilled"
        if self.crash_after is not None:
            return self.crash_after, self.exit_code, "Error" if self.exit_code else "Completed"
        if self.exit_after is not None:
            return self.exit_after, 0, "Completed"
        return None


# What is wrong with an image is wrong wherever it runs, so that going back to another image mends it.
IMAGES: dict[str, dict[str, Any]] = {
    "personal:2.0.0": {"crash_after": 0.4, "exit_code": 2, "trace": True},
    "identity:1.5.0": {"ready_after": 14.0},
}
# What a program is like, by the name of its image; the rest are services with JSON lines.
PROGRAMS: dict[str, dict[str, Any]] = {
    "postgres": {"log": "postgres", "rate": 0.1},
    "valkey": {"log": "text", "rate": 0.05},
    "clickhouse": {"log": "text", "rate": 0.2},
    "prometheus": {"log": "text", "rate": 0.1},
    "grafana": {"log": "text", "rate": 0.1},
    "jaeger": {"rate": 0.1},
    "fluent-bit": {"log": "text", "rate": 0.2},
    "busybox": {"log": "text", "rate": 0.1},
    "nothing": {"image_missing": True},
    "migrate": {"goose": {}},
    "goose": {"goose": {}},
}
_ENVIRONMENT = {
    "LOG_RATE": "rate",
    "STARTUP_SECONDS": "ready_after",
    "READY_FAIL_AFTER": "fail_ready_after",
    "CRASH_AFTER": "crash_after",
}


@dataclass(slots=True)
class _Parts:
    name: str
    tag: str
    spec: Object
    found: dict[str, Any] = field(default_factory=dict)


def still(pod: Object) -> bool:
    """Whether the pod is left as it is: pods of the load generator, and a test's own."""
    return annotations_of(pod).get(STILL) == "true"


def script_of(pod: Object, container: str) -> Script:
    """The behaviour of a container: its image's, under its environment's, under the annotation's."""
    spec, init = _container(pod, container)
    image = spec.get("image", "").rsplit("/", 1)[-1]
    name, _, tag = image.partition(":")
    parts = _Parts(name, tag, spec)
    parts.found = {**PROGRAMS.get(name, {}), **IMAGES.get(image, {})}
    if tag.endswith("-bad"):
        parts.found |= {"crash_after": 0.3, "exit_code": 2, "trace": True}
    if spec.get("readinessProbe") and "ready_after" not in parts.found:
        parts.found["ready_after"] = 1.2
    if (pod["spec"].get("restartPolicy") != "Always" or init) and spec.get("restartPolicy") != "Always":
        parts.found.setdefault("exit_after", 1.0 if init else 3.0)
    _environment(parts)
    parts.found["shell"] = shell_of(spec)
    parts.found |= _annotated(pod, container)
    return _script(parts)


def _container(pod: Object, name: str) -> tuple[Object, bool]:
    for member, init in (("containers", False), ("initContainers", True)):
        for each in pod["spec"].get(member) or ():
            if each["name"] == name:
                return each, init
    return {}, False


def _environment(parts: _Parts) -> None:
    for entry in parts.spec.get("env") or ():
        value = entry.get("value", "")
        if entry["name"] in _ENVIRONMENT:
            try:
                parts.found[_ENVIRONMENT[entry["name"]]] = float(value)
            except ValueError:
                continue
        elif entry["name"] == "READY_FAIL":
            parts.found["fail_ready"] = value == "true"
        elif entry["name"] == "EXIT_CODE" and value.isdigit():
            parts.found["exit_code"] = int(value)


def _annotated(pod: Object, container: str) -> dict[str, Any]:
    try:
        told = json.loads(annotations_of(pod).get(BEHAVIOUR, "{}"))
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    found: dict[str, Any] = {}
    for name in ("*", container):
        if isinstance(told.get(name), dict):
            found |= told[name]
    return found


def _script(parts: _Parts) -> Script:
    known = {each.name for each in fields(Script)}
    found = {name: value for name, value in parts.found.items() if name in known}
    if isinstance(found.get("goose"), dict):
        found["goose"] = _goose(found["goose"], parts)
    return Script(**found)


def _goose(told: dict[str, Any], parts: _Parts) -> Goose:
    words = " ".join([*(parts.spec.get("command") or ()), *(parts.spec.get("args") or ())])
    files = tuple(told.get("files") or MIGRATIONS.get(parts.tag, MIGRATIONS["auth_db"]))
    run = Goose(files=files, version=int(told.get("version", 0)))
    if "migrations-bad" in words and "fail_at" not in told:
        run = replace(run, files=(*files, "00090_wrong_column.sql"), fail_at="00090_wrong_column.sql")
    if "none" in told:
        run = replace(run, files=())
    seconds = told.get("seconds", run.seconds)
    return replace(
        run,
        seconds=tuple(float(each) for each in seconds) if isinstance(seconds, list) else float(seconds),
        fail_at=told.get("fail_at", run.fail_at),
        error=str(told.get("error", run.error)),
    )
