"""Text that attacks a terminal, in every place where a cluster has text: names, messages, values, logs."""

from __future__ import annotations

import re

from tests.argo_objects import application
from tests.demo_control import WorldControl
from tests.demo_objects import STILL, Object, running_pod, with_state

HIDDEN = "PWNED"
ATTACKS = (
    "[red]markup[/] [@click=app.bell]x[/] [/nothing] \\[ $primary",
    # title, clipboard, link; then CSI, DCS and the same in C1
    f"\x1b]0;{HIDDEN}\x07\x1b]52;c;UFdORUQ=\x07\x1b]8;;http://{HIDDEN}/\x1b\\link\x1b]8;;\x1b\\",
    f"\x1b[2J\x1b[1;1H\x1b[31m\x1bP+q{HIDDEN}\x1b\\\x1bc\x9b5n\x9d0;{HIDDEN}\x9c\x90{HIDDEN}\x9c",
    "abc\u202edcba\u2066isolated\u2069\u200f",  # right to left
    "漢字ｗｉｄｅ🙂👩\u200d🚀e\u0301\u0302\u0303z\u200b\ufe0f\u00ad\u2028",  # wide, joined, combining, unseen
    "tab\tbell\x07back\x08\x08form\x0cfeed\rreturn\nline\x00nul\x7f",
)
TEXT = " ".join(ATTACKS)
STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What no line of the screen may hold."""


def put(world: WorldControl, environment: str) -> None:
    """Objects of many kinds with the text wherever there is some, and logs with it."""
    meta = {"namespace": "services", "creationTimestamp": "2020-01-01T00:00:00Z"}
    pod = running_pod(f"aa-{TEXT}")
    pod["metadata"]["annotations"] |= {"note": TEXT * 20}
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": TEXT}}
    with_state(pod, waiting, {"terminated": {"exitCode": 1, "reason": TEXT, "message": TEXT}}, 7)
    pod["status"]["conditions"] = [
        {"type": "Ready", "status": "False", "reason": TEXT, "message": TEXT},
        {"type": "PodScheduled", "status": "True"},
    ]
    talks = running_pod("talks")
    talks["metadata"]["annotations"] |= {"note": TEXT * 20, TEXT: "x"}
    workload = _deployment(f"ab-{TEXT}", meta)
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {**meta, "name": f"ac-{TEXT}", "annotations": STILL},
        "spec": {"backoffLimit": 0, "template": {"spec": {"containers": [{"name": "goose", "image": TEXT}]}}},
        "status": {
            "failed": 1,
            "startTime": "2026-01-01T00:00:00Z",
            "conditions": [{"type": "Failed", "status": "True", "reason": TEXT, "message": TEXT}],
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {**meta, "name": f"ad-{TEXT}"},
        "spec": {"selector": {"app": TEXT}, "ports": [{"port": 80}]},
    }
    world.put(pod, talks, workload, job, service, _application(), environment=environment)
    world.event("Pod", "services", "talks", TEXT, TEXT * 20, type="Warning", environment=environment)
    world.log("services", "talks", "app", *lines(), environment=environment)


def lines() -> tuple[str | bytes, ...]:
    """Log lines: the attacks, JSON with them, a megabyte, every byte there is, and the last words."""
    quoted = TEXT.encode("unicode_escape").decode().replace("\\x", "\\u00").replace('"', '\\"')
    every = bytes(byte for byte in range(256) if byte != 10)
    return (*ATTACKS, f'{{"level":"error","msg":"{quoted}"}}', "x" * 1_000_000, every, "the last words")


def _application() -> Object:
    """Failed, out of sync, with a condition; an operator's name and a reason as hostile as the rest."""
    made = application(f"ae-{TEXT}")
    made["metadata"]["annotations"] = {**STILL, "note": TEXT}
    made["spec"]["destination"]["namespace"] = "services"
    made["spec"]["source"] |= {"targetRevision": TEXT, "path": TEXT, "repoURL": TEXT}
    state = made["status"]["operationState"]
    state |= {"phase": "Failed", "message": TEXT}
    state["operation"] |= {"initiatedBy": {"username": TEXT}, "info": [{"name": "Reason", "value": TEXT}]}
    row = state["syncResult"]["resources"][0]
    row |= {"hookPhase": "Failed", "message": TEXT, "name": TEXT}
    made["status"]["conditions"] = [{"type": "SyncError", "message": TEXT}]
    made["status"]["sync"] = {"status": "OutOfSync", "revision": TEXT}
    made["status"]["history"][0] |= {"initiatedBy": {"username": TEXT}, "revision": TEXT}
    return made


def _deployment(name: str, meta: Object) -> Object:
    labels = {"app": "ab"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            **meta,
            "name": name,
            "generation": 1,
            "annotations": {**STILL, "kubernetes.io/change-cause": TEXT, "note": TEXT * 20},
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "app", "image": f"registry.example/app:{TEXT}"}]},
            },
        },
        "status": {
            "observedGeneration": 1,
            "replicas": 1,
            "updatedReplicas": 1,
            "unavailableReplicas": 1,
            "conditions": [
                {
                    "type": "Progressing",
                    "status": "False",
                    "reason": "ProgressDeadlineExceeded",
                    "message": TEXT,
                }
            ],
        },
    }
