"""The order in which Argo CD runs things: phases, and waves in them, by an object's annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.model.job import Job

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


def in_order(jobs: Iterable[Job]) -> list[tuple[str, list[Job]]]:
    """Jobs by phase in the order that Argo CD runs them, each phase by wave and name; plain ones last."""
    phases: dict[str, list[Job]] = {}
    for job in sorted(jobs, key=lambda job: (wave_of(job.meta.annotations), job.meta.name)):
        phases.setdefault(phase_of(job.meta.annotations), []).append(job)
    return [(phase, phases[phase]) for phase in (*PHASES, PLAIN) if phase in phases]
