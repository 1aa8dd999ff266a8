"""How an Application is: its health and whose word that is, its windows, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tui.model.application import Application, ApplicationCondition
from tui.model.cause import Severity
from tui.model.environment import Environment, SyncMode
from tui.model.health import JobHealth, Trouble
from tui.model.held import held_words
from tui.model.operation import Grade, Now
from tui.model.sync_window import WindowState, window_words

Place = tuple[str, str, str]
"""Kind, namespace, name."""
HELD_AFTER = 15.0
"""Seconds after which a hook's Job that is being deleted is held by Argo CD's finalizer (it takes 5)."""
_CAUSED = re.compile(r"Caused by (?:[^/\s]*/)?(?P<kind>\w+):(?:(?P<namespace>[^/\s]+)/)?(?P<name>[^\s,]+)")
_TRIED = re.compile(r", tried \d+ times$")
_NO_COMPARISON = frozenset({"ComparisonError", "UnknownError", "InvalidSpecError"})
_HARMLESS = frozenset(
    {"SharedResourceWarning", "RepeatedResourceWarning", "ExcludedResourceWarning", "OrphanedResourceWarning"}
)


class Source(StrEnum):
    """Whose word a health is."""

    ARGO = "argo"
    COMPUTED = "computed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """Argo CD's word, or ours where it says nothing or too little."""

    word: str
    source: Source = Source.ARGO
    text: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationHealth:
    """An Application as judged. `differs` says what is not as the configuration declares it."""

    application: Application
    now: Now
    health: Health
    window: WindowState = field(default_factory=WindowState)
    differs: str = ""
    trouble: Trouble | None = None

    @property
    def mode(self) -> str:
        """How it syncs, in a word or two."""
        automated, held = self.application.automated, self.application.held
        if automated is None:
            return "held" if held else "manual"
        return "auto+heal" if automated.self_heal else "auto"


def never_deployed(one: Application) -> bool:
    """Whatever its health says: Argo CD calls an application Healthy whose only object is a Secret."""
    if one.history or one.sync == "Synced":
        return False
    state = one.state
    return state is None or state.phase != "Succeeded" or state.operation.dry_run


def health_of(one: Application, broken: Mapping[Place, Trouble]) -> Health:
    """`broken` are the workloads in trouble by place: Argo CD waits for a minute, or sees them as healthy."""
    if never_deployed(one):
        return Health("not deployed", Source.COMPUTED)
    unclear = next((each for each in one.conditions if each.type in _NO_COMPARISON), None)
    if unclear is not None and one.sync == "Unknown":
        return Health("Unknown", Source.UNKNOWN, unclear.message)
    if not one.health:
        return Health("Unknown", Source.UNKNOWN, "Argo CD has not looked yet")
    if one.health in ("Healthy", "Progressing") and broken:
        trouble = next(iter(broken.values()))
        return Health("Degraded", Source.COMPUTED, f"{trouble.kind} {trouble.name}: {trouble.cause}")
    return Health(one.health, Source.ARGO, culprit(one.health_message))


def culprit(message: str) -> str:
    """Argo CD's `Caused by apps/Deployment:prod-gateway/gateway` as a person says it."""
    return _CAUSED.sub(lambda found: f"caused by {found['kind']} {found['name']}", message)


def differs(one: Application, environment: Environment) -> str:
    """What of mode, branch and self-heal is not as declared; "" where nothing is declared."""
    found = []
    automated, declared = one.automated, environment.sync
    if declared is SyncMode.AUTO and automated is None:
        found.append("automated sync is held" if one.held else "syncs by hand, declared is auto")
    elif declared is SyncMode.MANUAL and automated is not None:
        found.append("syncs by itself, declared is manual")
    source = one.source
    if environment.branch and source is not None and not source.chart:
        target = source.target or "HEAD"
        if target != environment.branch:
            found.append(f"follows {target}, declared is {environment.branch}")
    heal = environment.argo.self_heal
    if heal is not None and automated is not None and automated.self_heal != heal:
        found.append("heals itself, declared is that it does not" if not heal else "does not heal itself")
    return "; ".join(found)


def with_job(now: Now, job: JobHealth | None, at: float) -> Now:
    """With what the Job of the hook says that the operation waits for: Argo CD's message never tells."""
    if job is not None and now.word == "failed":
        return _why_failed(now, job)
    if job is None or now.word not in ("hook", "deletion"):
        return now
    deleted = job.job.meta.deleted
    if deleted is not None and at - deleted > HELD_AFTER:
        who = "it was deleted by hand" if now.word == "hook" else "it is being deleted"
        text = f"waits for ever for Job {job.job.meta.name}: {who}, and a finalizer holds it"
        return replace(now, text=f"{text}; terminate (T) frees it", grade=Grade.BAD)
    if job.trouble is not None:
        return replace(now, text=f"{now.text}: {job.trouble.cause}", grade=Grade.BAD)
    return now


def _why_failed(now: Now, job: JobHealth) -> Now:
    """Argo CD knows only that the Job's backoff limit was reached."""
    if job.trouble is None:
        return now
    head, found, rest = now.text.partition(f"Job {job.job.meta.name}: ")
    tried = _TRIED.search(rest)
    times = tried[0] if tried is not None else ""
    return replace(now, text=f"{head}{found}{job.trouble.cause}{times}") if found else now


def trouble_in(one: Application, now: Now, health: Health, broken: Mapping[Place, Trouble]) -> Trouble | None:
    """The one root: what runs or ran last, then a condition, then health that nothing else explains.

    A failed operation is one although the application is Synced and Healthy: Argo CD shows both at once.
    """
    found = next((each for each in one.conditions if each.type not in _HARMLESS), None)
    if now.grade is Grade.BAD:
        doing = {"failed": "the last sync failed", "error": "the last sync failed", "retry": "sync failed"}
        begins = f"{doing[now.word]}: " if now.word in doing else ""
        evidence = _evidence(one, found)
        return _trouble(one, f"{begins}{now.text}", now.since, Severity.BAD, evidence)
    if found is not None:
        return _trouble(one, _condition_words(found), found.since, Severity.BAD, (found.message,))
    if now.word in ("blocked", "confirm"):
        return _trouble(one, f"sync {now.text}", now.since, Severity.LOOK, _evidence(one, None))
    if health.word == "Degraded" and health.source is Source.ARGO and not broken:
        text = f"Degraded, {health.text}" if health.text else "Degraded"
        return _trouble(one, text, one.health_since, Severity.BAD, ())
    return None


def why_not(one: ApplicationHealth, at: float, *, waiting: int = 0, refused: str = "") -> str:
    """The one reason first why it does not sync; "" where there is nothing to sync.

    `waiting` are migrations that Argo CD does not compare; `refused` is why we may not patch it.
    """
    application, now = one.application, one.now
    closed = window_words(one.window, at)
    if now.word == "blocked":
        return f"a sync window: {closed}" if closed else now.text
    if now.moves or now.word in ("deleting", "ghost"):
        return now.text
    if now.word in ("failed", "error"):
        return f"the last sync failed: {now.text}"
    found = next((each for each in application.conditions if each.type in _NO_COMPARISON), None)
    if found is not None:
        return _condition_words(found)
    if application.sync == "Synced":
        wait = "1 migration waits" if waiting == 1 else f"{waiting} migrations wait"
        return f"Synced, but {wait}: Argo CD does not compare hooks" if waiting else ""
    if application.sync != "OutOfSync":
        return "Argo CD has not compared it yet: refresh (u) asks for it"
    allowed = one.window.manual if application.automated is None else one.window.automated
    if closed and not allowed:
        return f"a sync window: {closed}"
    if application.held:
        return held_words(application)
    if application.automated is None:
        return refused or "it syncs by hand, and nobody has asked: S shows what would change"
    return refused or "automated sync tries a commit once: it comes with the next one, or by S"


def release_waits(one: ApplicationHealth, waiting: int) -> str:
    """What a sync would bring, in words; "" for nothing, and while one is under way.

    Argo CD compares rendered manifests with live objects, so a commit that moves only the revision is no
    release; hooks it does not compare: `waiting` are the migrations that a sync would run.
    """
    application = one.application
    if one.now.moves or (application.sync != "OutOfSync" and not waiting):
        return ""
    out = [each for each in application.resources if each.status == "OutOfSync"]
    images = [each for each in out if each.kind in ("Deployment", "StatefulSet", "DaemonSet")]
    parts = [f"{each.kind} {each.name} differs" for each in images[:1]]
    if rest := len(out) - len(parts):
        more = "more " if parts else ""
        parts.append(f"{rest} {more}object{'s' * (rest != 1)} differ{'s' * (rest == 1)}")
    if waiting:
        parts.append(f"{waiting} migration{'s' * (waiting != 1)}")
    return ", ".join(parts) or "Argo CD calls it OutOfSync"


def _condition_words(found: ApplicationCondition) -> str:
    first = found.message.strip().splitlines()[0] if found.message.strip() else found.type
    return f"{found.type}: {first[:200]}"


def _evidence(one: Application, found: ApplicationCondition | None) -> tuple[str, ...]:
    state = one.state
    lines = [state.message] if state is not None and state.message else []
    if found is not None:
        lines.append(f"{found.type}: {found.message}")
    return tuple(lines)


def _trouble(
    one: Application, cause: str, since: float | None, severity: Severity, evidence: tuple[str, ...]
) -> Trouble:
    meta = one.meta
    place = one.destination.namespace or meta.namespace  # where it is looked for
    return Trouble("Application", place, meta.name, meta.uid, cause, since, severity, evidence)
