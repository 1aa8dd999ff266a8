"""READY, STATUS and RESTARTS of pods are kubectl's (facts 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import NOW, ended, meta, pod, running, waits
from tui.model.key import Condition
from tui.model.pod import Container, Ended, Part, Pod
from tui.model.pod_status import pod_status

GONE = meta("Pod", "p", deleted=NOW)
INITIALIZED = (Condition("Initialized", "True"),)
SIDE = Part.SIDECAR
INIT = Part.INIT


def init(container: Container) -> Container:
    return replace(container, part=INIT, name="init")


def side(container: Container) -> Container:
    return replace(container, part=SIDE, name="side")


UNREPORTED = Container("app", image="x:1")

CASES: list[tuple[str, Pod, str]] = [
    ("runs", pod(running()), "1/1 Running 0"),
    ("two run", pod(running("a"), running("b")), "2/2 Running 0"),
    ("one of two", pod(running("a"), running("b", ready=False)), "1/2 Running 0"),
    ("nothing reported", pod(UNREPORTED, phase="Pending"), "0/1 Pending 0"),
    ("creating", pod(waits("ContainerCreating"), phase="Pending"), "0/1 ContainerCreating 0"),
    ("pull", pod(waits("ErrImagePull"), phase="Pending"), "0/1 ErrImagePull 0"),
    ("back-off", pod(waits("ImagePullBackOff"), phase="Pending"), "0/1 ImagePullBackOff 0"),
    ("crash loop", pod(waits("CrashLoopBackOff", restarts=5)), "0/1 CrashLoopBackOff 5"),
    ("config", pod(waits("CreateContainerConfigError")), "0/1 CreateContainerConfigError 0"),
    ("first wins", pod(waits("ErrImagePull"), waits("CrashLoopBackOff")), "0/2 ErrImagePull 0"),
    ("later shows", pod(running("a"), waits("CrashLoopBackOff")), "1/2 CrashLoopBackOff 0"),
    ("error", pod(ended(), phase="Failed"), "0/1 Error 0"),
    ("completed", pod(ended(0, "Completed"), phase="Succeeded"), "0/1 Completed 0"),
    ("oom", pod(ended(137, "OOMKilled")), "0/1 OOMKilled 0"),
    ("exit code", pod(ended(3, "")), "0/1 ExitCode:3 0"),
    ("signal", pod(ended(137, "", signal=9)), "0/1 Signal:9 0"),
    (
        "completed beside ready",
        pod(ended(0, "Completed"), running("b"), conditions=(Condition("Ready", "True"),)),
        "1/2 Running 0",
    ),
    ("completed beside, not ready", pod(ended(0, "Completed"), running("b")), "1/2 NotReady 0"),
    ("phase reason", pod(phase="Failed", reason="Evicted"), "0/0 Evicted 0"),
    (
        "gated",
        pod(UNREPORTED, phase="Pending", conditions=(Condition("PodScheduled", "False", "SchedulingGated"),)),
        "0/1 SchedulingGated 0",
    ),
    ("init waits", pod(init(waits("PodInitializing")), UNREPORTED, phase="Pending"), "0/1 Init:0/1 0"),
    (
        "second init",
        pod(init(ended(0, "Completed")), init(running()), UNREPORTED, phase="Pending"),
        "0/1 Init:1/2 0",
    ),
    ("init error", pod(init(ended()), UNREPORTED), "0/1 Init:Error 0"),
    ("init code", pod(init(ended(4, "")), UNREPORTED), "0/1 Init:ExitCode:4 0"),
    ("init signal", pod(init(ended(137, "", signal=9)), UNREPORTED), "0/1 Init:Signal:9 0"),
    (
        "init crash loop",
        pod(init(waits("CrashLoopBackOff", restarts=4)), UNREPORTED),
        "0/1 Init:CrashLoopBackOff 4",
    ),
    ("init pull", pod(init(waits("ImagePullBackOff")), UNREPORTED), "0/1 Init:ImagePullBackOff 0"),
    (
        "init done, its restarts forgotten",
        pod(replace(init(ended(0, "Completed")), restarts=3), running()),
        "1/1 Running 0",
    ),
    ("sidecar counts", pod(side(running(restarts=2)), running(restarts=1)), "2/2 Running 3"),
    ("sidecar not started", pod(side(running(started=False)), UNREPORTED), "0/2 Init:0/1 0"),
    (
        "initialized in spite of a sidecar",
        pod(side(running(started=False)), running(), conditions=INITIALIZED),
        "1/2 Init:0/1 0",
    ),
    ("terminating", pod(running(), meta=GONE), "1/1 Terminating 0"),
    ("ended and deleted", pod(ended(0, "Completed"), phase="Succeeded", meta=GONE), "0/1 Completed 0"),
    ("failed and deleted", pod(ended(), phase="Failed", meta=GONE), "0/1 Error 0"),
    ("node lost", pod(running(), reason="NodeLost", meta=GONE), "1/1 Unknown 0"),
    ("restarts are summed", pod(running("a", restarts=2), running("b", restarts=3)), "2/2 Running 5"),
    ("podinitializing main", pod(waits("PodInitializing"), phase="Pending"), "0/1 PodInitializing 0"),
]


@pytest.mark.parametrize(("given", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_status_is_kubectls(given: Pod, expected: str) -> None:
    found = pod_status(given)
    assert f"{found.ready}/{found.total} {found.reason} {found.restarts}" == expected


def test_the_last_restart_is_the_latest_of_all_containers() -> None:
    one = running("a", restarts=1, last=Ended(1, finished=NOW - 90))
    two = running("b", restarts=1, last=Ended(1, finished=NOW - 30))
    assert pod_status(pod(one, two)).restarted == NOW - 30
