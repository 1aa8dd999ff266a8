"""A sync with migrations: hook Jobs that run goose, one wave after the other, and a new run now and then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.demo.behaviours.common import Object, annotations_of
from tui.demo.behaviours.goose import version_of
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


def database_of(job: Object) -> tuple[str, str]:
    """(namespace, database), which the image's tag names: goose:auth_db-5."""
    image = str(job["spec"]["template"]["spec"]["containers"][0].get("image", ""))
    return job["metadata"].get("namespace", ""), image.rpartition(":")[2].partition("-")[0]


def _goose_of(job: Object) -> Object:
    told = json.loads(annotations_of(job["spec"]["template"]).get(BEHAVIOUR, "{}"))
    found: Object = (told.get("goose") or {}).get("goose") or {}
    return found


def only_new(job: Object, versions: Mapping[tuple[str, str], int]) -> None:
    """Takes the files away that the database has already: goose runs none twice."""
    told, version = _goose_of(job), versions.get(database_of(job), 0)
    seconds = told.get("seconds")
    if not told.get("files") or not isinstance(seconds, list):
        return
    left = [number for number, file in enumerate(told["files"]) if version_of(file) > version]
    told["seconds"] = [seconds[min(number, len(seconds) - 1)] for number in left]
    told["files"] = [told["files"][number] for number in left]
    told["version"] = max(version, int(told.get("version", 0)))
    if not left:
        told["none"] = True
    text = json.dumps({"goose": {"goose": told}})
    job["spec"]["template"]["metadata"]["annotations"][BEHAVIOUR] = text


def applied_by(job: Object) -> int:
    """The version of the database after that Job's run; 0 when it says nothing."""
    told = _goose_of(job)
    return max([int(told.get("version", 0)), *(version_of(file) for file in told.get("files") or ())])


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
    """The identity service's Application: a commit with new migrations, and the sync that runs them."""

    def __init__(self, cluster: Cluster, environment: str) -> None:
        self.cluster = cluster
        self.name = f"identity-{environment}"
        self.environment = environment

    def busy(self) -> bool:
        """Whether a sync is under way; also when there is no such Application."""
        found = self.cluster.get("Application", "argocd", self.name)
        return found is None or bool(found.get("operation"))

    def begin(self) -> None:
        """A new run of all waves; KeyError without the Application."""
        draft = self.cluster.edit("Application", "argocd", self.name)
        source, repository = draft["spec"]["source"], self.cluster.repository
        head = repository.head(source["targetRevision"])
        before = head.files.get(source["path"], ()) if head else ()
        told = [int(annotations_of(each).get(RUN, "0")) for each in before]
        run = max(told, default=0) + 1
        namespace = draft["spec"]["destination"]["namespace"]
        jobs = [self._job(wave, namespace, run) for wave in IDENTITY]
        rest = [each for each in before if each["kind"] != "Job"]
        repository.push(
            source["targetRevision"],
            {source["path"]: [*jobs, *rest]},
            at=self.cluster.now(),
            author="maria",
            message=f"identity: migrations, run {run}",
        )
        options = (draft["spec"].get("syncPolicy") or {}).get("syncOptions") or []
        sync: Object = {"syncStrategy": {"hook": {}}, "syncOptions": options}
        draft["operation"] = {"initiatedBy": {"username": "maria"}, "sync": sync}
        draft["status"].pop("operationState", None)
        self.cluster.update(draft)

    def _job(self, wave: Wave, namespace: str, run: int) -> Object:
        seconds = [3.0 + (run * 7 + each * 5 + wave.wave) % 9 for each in range(3)]
        job = hook_job(wave, namespace, self.environment, run, seconds)
        job["spec"]["template"]["spec"]["containers"][0]["image"] += f"-{run}" if run > 1 else ""
        return {name: value for name, value in job.items() if name != "status"}
