"""The order in which Argo CD runs things: phases, and waves in them, by an object's annotations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.model.goose import GooseKind, GooseRun
from tui.model.health import JobHealth, series_name, series_of
from tui.model.job import Job
from tui.model.migration import is_migration, migration
from tui.model.recording import Recording

PHASES = ("PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete")
PLAIN = ""
"""The phase of what is no hook of Argo CD."""


def phase_of(annotations: Mapping[str, str]) -> str:
    """The first phase that the hook annotation names, PLAIN without one (Helm hooks as Argo CD maps them)."""
    named = [word.strip() for word in annotations.get("argocd.argoproj.io/hook", "").split(",")]
    for phase in PHASES:
        if phase in named:
            return phase
    helm = [word.strip() for word in annotations.get("helm.sh/hook", "").split(",")]
    if "pre-install" in helm or "pre-upgrade" in helm:
        return "PreSync"
    return "PostSync" if "post-install" in helm or "post-upgrade" in helm else PLAIN


def wave_of(annotations: Mapping[str, str]) -> int:
    """The sync wave, else a Helm hook's weight, else 0."""
    text = annotations.get("argocd.argoproj.io/sync-wave") or annotations.get("helm.sh/hook-weight") or "0"
    try:
        return int(text)
    except ValueError:
        return 0


@dataclass(frozen=True, slots=True)
class Wave:
    """One migration: its Job while that exists, else what was recorded; `last` is the good run before."""

    uid: str
    namespace: str
    service: str
    name: str  # the database, else the Job
    phase: str
    number: int
    created: float
    health: JobHealth | None = None
    recording: Recording | None = None
    last: Recording | None = None
    newest: int | None = None  # the last version that its image has, where the database is ahead of it

    @property
    def status(self) -> str:
        """kubectl's word for its Job; of one that is gone the last that was seen."""
        return self.health.status if self.health else self.recording.status if self.recording else ""

    @property
    def moves(self) -> bool:
        """Whether its Job is there and not done: it runs, or wants to be looked at."""
        return self.health is not None and self.health.status != "Complete"


def waves(jobs: Mapping[str, JobHealth], recordings: Iterable[Recording]) -> list[Wave]:
    """The newest run of each migration; a Job that exists hides what was recorded of earlier runs."""
    before: dict[tuple[str, str], list[Recording]] = defaultdict(list)
    for one in sorted(recordings, key=lambda one: one.created):
        before[one.namespace, series_name(one.job)].append(one)
    newest: dict[tuple[str, str], Wave] = {}
    for health in jobs.values():
        if not is_migration(health.job):
            continue
        wave = _of_job(health, before[health.job.meta.namespace, series_name(health.job.meta.name)])
        known = newest.get(series_of(health.job))
        if known is None or known.created <= wave.created:
            newest[series_of(health.job)] = wave
    there = {
        (wave.namespace, series_name(wave.health.job.meta.name)) for wave in newest.values() if wave.health
    }
    gone = (kept for series, kept in before.items() if kept and series not in there)
    return [*newest.values(), *(_of_recording(kept) for kept in gone)]


def in_order(group: Iterable[Wave]) -> list[Wave]:
    """By phase and wave in the order in which Argo CD runs them; what is no hook comes last."""
    return sorted(group, key=lambda wave: (_RANK[wave.phase], wave.number, wave.name))


def before(wave: Wave, group: Iterable[Wave]) -> Wave | None:
    """The wave that must be done first, where this one's Job is still of an earlier run: a failed one, else
    the nearest that runs or waits itself."""
    if wave.moves or wave.phase == PLAIN:
        return None
    earlier = [other for other in group if other.phase == wave.phase and other.number < wave.number]
    moving = [other for other in earlier if other.moves and other.created > wave.created]
    failed = [other for other in moving if other.status != "Running"]
    if failed or not moving:
        return failed[0] if failed else None
    began = min(other.created for other in moving)
    return max(
        (other for other in earlier if other.moves or other.created < began), key=lambda other: other.number
    )


def behind(job: Job, goose: GooseRun | None, recordings: Iterable[Recording]) -> int | None:
    """The last version that this image has, where another image took the database beyond it, else None.

    goose only says that there is nothing to do; the versions are those that runs of both images reached.
    """
    if goose is None or goose.state is not GooseKind.NOTHING or goose.version is None:
        return None
    reached = [
        (one.images, one.goose.version or 0) for one in recordings if one.goose.state is GooseKind.DONE
    ]
    own = [version for images, version in reached if images == job.images]
    others = [version for images, version in reached if images != job.images]
    return max(own) if own and max(own) < goose.version and goose.version in others else None


def _of_job(health: JobHealth, recordings: Sequence[Recording]) -> Wave:
    meta, whose = health.job.meta, migration(health.job)
    return Wave(
        meta.uid,
        meta.namespace,
        whose.service,
        whose.database or meta.name,
        phase_of(meta.annotations),
        wave_of(meta.annotations),
        meta.created,
        health,
        last=_good(recordings, meta.uid),
        newest=behind(health.job, health.goose, recordings),
    )


def _of_recording(kept: Sequence[Recording]) -> Wave:
    one = kept[-1]
    place = (one.job_uid, one.namespace, one.service, one.database or one.job, one.phase, one.wave)
    return Wave(*place, one.created, recording=one, last=_good(kept, one.job_uid))


def _good(recordings: Iterable[Recording], uid: str) -> Recording | None:
    """The newest that completed, other than that one."""
    found = [one for one in recordings if one.job_uid != uid and one.status == "Complete"]
    return found[-1] if found else None


_RANK = {phase: number for number, phase in enumerate((*PHASES, PLAIN))}
