"""A sync with migrations: hook Jobs that run goose, one wave after the other, and a new run now and then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.demo.behaviours.common import Object, annotations_of, condition, key_of
from tui.demo.behaviours.scripted import BEHAVIOUR
from tui.demo.cluster import Cluster

RUN = "demo.deploytui/run"
# On the Namespace: the demo goes on making migrations and troubles there, every so many seconds.
LIFE = "demo.deploytui/life"


@dataclass(frozen=True, slots=True)
class Wave:
    """One hook of a service: the Job, its database, its wave."""

    job: str
    service: str
    database: str
    wave: int


IDENTITY = (
    Wave("identity-migrate-identity", "identity", "identity_db", -5),
    Wave("identity-migrate-auth", "identity", "auth_db", -4),
    Wave("identity-migrate-legal", "identity", "legal_db", -3),
)
_NAMES: Mapping[str, Sequence[str]] = {
    "identity_db": ("add_index", "split_name", "verified_at", "documents_kind"),
    "auth_db": ("sessions_region", "backfill_last_seen", "token_audience", "drop_legacy_hash"),
    "legal_db": ("consent_version", "terms_locale", "retention", "archive_consents"),
}
_BASE = {"identity_db": 41, "auth_db": 27, "legal_db": 11}


def files_of(database: str, run: int) -> tuple[list[str], int]:
    """(the files that run number `run` applies, the version before it)."""
    base = _BASE.get(database, 3) + 3 * (run - 1)
    names = _NAMES.get(database, ("change",))
    files = [f"{base + 1 + each:05d}_{names[(run + each) % len(names)]}.sql" for each in range(3)]
    return files, base


def hook_job(wave: Wave, namespace: str, environment: str, run: int, seconds: Sequence[float]) -> Object:
    """The Job of one wave, with the annotations that Argo CD reads and writes; not created yet."""
    files, base = files_of(wave.database, run)
    script = {"goose": {"goose": {"files": files, "version": base, "seconds": list(seconds)}}}
    tracking = f"{wave.service}-{environment}:batch/Job:{namespace}/{wave.job}"
    labels = {"app.kubernetes.io/name": wave.service, "app.kubernetes.io/component": "migration"}
    variable = f"{wave.database.removesuffix('_db').upper()}_DATABASE_URL"
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": wave.job,
            "namespace": namespace,
            "labels": {**labels, "app.kubernetes.io/part-of": "platform"},
            "annotations": {
                "argocd.argoproj.io/hook": "PreSync",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
                "argocd.argoproj.io/sync-wave": str(wave.wave),
                "argocd.argoproj.io/tracking-id": tracking,
                RUN: str(run),
            },
        },
        "spec": {
            "ttlSecondsAfterFinished": 300,
            "backoffLimit": 3,
            "template": {
                "metadata": {"labels": labels, "annotations": {BEHAVIOUR: json.dumps(script)}},
                "spec": {
                    "restartPolicy": "Never",
                    "containers": [
                        {
                            "name": "goose",
                            "image": f"registry.platform.example/goose:{wave.database}",
                            "command": ["sh", "-c"],
                            "args": [f'goose -dir /migrations postgres "${variable}" up'],
                            "envFrom": [{"secretRef": {"name": f"{wave.service}-secrets"}}],
                            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
                        }
                    ],
                },
            },
        },
        "status": {},
    }


class Waves:
    """Starts the next wave when the one before is complete; `begin` starts a run anew."""

    def __init__(self, cluster: Cluster, namespace: str, environment: str) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self.environment = environment

    def begin(self) -> None:
        """A new run: the first wave, after the Job of its name is deleted."""
        self._create(IDENTITY[0], self._run_of(IDENTITY[0]) + 1)

    def go_on(self) -> None:
        """Creates the Job of the next wave once the one before has completed."""
        for before, after in pairwise(IDENTITY):
            job = self.cluster.get("Job", self.namespace, before.job)
            run = self._run_of(before)
            if job is None or run <= self._run_of(after):
                continue
            if condition(job.get("status") or {}, "Complete") is not None:
                self._create(after, run)

    def busy(self) -> bool:
        """Whether a wave runs or waits."""
        runs = [self._run_of(each) for each in IDENTITY]
        last = self.cluster.get("Job", self.namespace, IDENTITY[-1].job)
        return len(set(runs)) > 1 or (last is not None and "completionTime" not in (last.get("status") or {}))

    def _run_of(self, wave: Wave) -> int:
        """The number of the wave's last run; kept on the Namespace, for Jobs go with their time to live."""
        namespace = self.cluster.get("Namespace", "", self.namespace)
        told = json.loads(annotations_of(namespace).get(RUN, "{}")) if namespace else {}
        job = self.cluster.get("Job", self.namespace, wave.job)
        return max(int(annotations_of(job).get(RUN, "0")) if job else 0, int(told.get(wave.job, 0)))

    def _create(self, wave: Wave, run: int) -> None:
        old = self.cluster.get("Job", self.namespace, wave.job)
        if old is not None:
            for pod in self.cluster.owned(old["metadata"]["uid"], "Pod"):
                self.cluster.remove(*key_of(pod))
            self.cluster.remove(*key_of(old))
        seconds = [3.0 + (run * 7 + each * 5 + wave.wave) % 9 for each in range(3)]
        self.cluster.create(hook_job(wave, self.namespace, self.environment, run, seconds))
        draft = self.cluster.edit("Namespace", "", self.namespace)
        told = json.loads(annotations_of(draft).get(RUN, "{}"))
        draft["metadata"].setdefault("annotations", {})[RUN] = json.dumps({**told, wave.job: run})
        self.cluster.update(draft)
