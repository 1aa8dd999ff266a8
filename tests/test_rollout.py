"""Rollouts: kubectl's line, and our words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import NOW, deployment, meta, stuck
from tui.model.rollout import RolloutState, rollout, rollout_status
from tui.model.workload import HorizontalPodAutoscaler, Workload
from tui.present.workload import rollout_cell
from widgets.since import words


def other(kind: str, **more: object) -> Workload:
    """A complete StatefulSet or DaemonSet of three."""
    base = replace(deployment("db", 3), meta=meta(kind, "db", generation=2), observed_generation=2)
    return replace(base, rolling_update_set=True, **more)  # type: ignore[arg-type]


HEAD = 'Waiting for deployment "web" rollout to finish: '


@pytest.mark.parametrize(
    ("given", "text", "done", "failed"),
    [
        (deployment(), 'deployment "web" successfully rolled out', True, False),
        (
            deployment(observed_generation=2),
            "Waiting for deployment spec update to be observed...",
            False,
            False,
        ),
        (deployment(conditions=(stuck(),)), 'deployment "web" exceeded its progress deadline', False, True),
        (deployment(updated=1), f"{HEAD}1 out of 2 new replicas have been updated...", False, False),
        (deployment(current=3), f"{HEAD}1 old replicas are pending termination...", False, False),
        (deployment(available=1), f"{HEAD}1 of 2 updated replicas are available...", False, False),
        (deployment(paused=True), 'deployment "web" successfully rolled out', True, False),
        (other("DaemonSet"), 'daemon set "db" successfully rolled out', True, False),
        (
            other("DaemonSet", updated=1),
            'Waiting for daemon set "db" rollout to finish: 1 out of 3 new pods have been updated...',
            False,
            False,
        ),
        (
            other("DaemonSet", available=2),
            'Waiting for daemon set "db" rollout to finish: 2 of 3 updated pods are available...',
            False,
            False,
        ),
        (
            other("DaemonSet", strategy="OnDelete"),
            "rollout status is only available for RollingUpdate strategy type",
            False,
            True,
        ),
        (
            other("StatefulSet"),
            "partitioned roll out complete: 3 new pods have been updated...",
            True,
            False,
        ),
        (other("StatefulSet", ready=1), "Waiting for 2 pods to be ready...", False, False),
        (
            other("StatefulSet", updated=1),
            "Waiting for partitioned roll out to finish: 1 out of 3 new pods have been updated...",
            False,
            False,
        ),
        (
            other("StatefulSet", updated=1, partition=2),
            "partitioned roll out complete: 1 new pods have been updated...",
            True,
            False,
        ),
        (
            replace(
                other("StatefulSet", update_revision="b", current_revision="a"), rolling_update_set=False
            ),
            "waiting for statefulset rolling update to complete 3 pods at revision b...",
            False,
            False,
        ),
        (
            other("StatefulSet", observed_generation=0),
            "Waiting for statefulset spec update to be observed...",
            False,
            False,
        ),
    ],
)
def test_the_line_is_kubectls(given: Workload, text: str, done: bool, failed: bool) -> None:
    assert rollout_status(given) == (text, done, failed)


HPA = HorizontalPodAutoscaler(meta("HorizontalPodAutoscaler", "web"), "Deployment", "web", 2, 10)


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [
        (deployment(), RolloutState.DONE, "done, revision 3"),
        (
            deployment(current=3, updated=1, conditions=(stuck(),)),
            RolloutState.STUCK,
            "stuck 4m: 0 of 1 new; old 2/2 serve",
        ),
        (deployment(current=3, updated=1), RolloutState.MOVING, "1 of 2 new, 41 s"),
        (
            deployment(ready=0, available=0, conditions=(stuck(),)),
            RolloutState.DOWN,
            "DOWN: 2 of 2 new, none serves; stuck 4m",
        ),
        (deployment(ready=0, available=0), RolloutState.DOWN, "DOWN: 0 of 2 ready, 41 s"),
        (deployment(paused=True), RolloutState.PAUSED, "paused"),
        (deployment(replicas=0), RolloutState.SCALED_DOWN, "scaled to 0"),
        (other("StatefulSet", ready=1), RolloutState.SHORT, "1 of 3 ready, 41 s"),
        (
            other("DaemonSet", strategy="OnDelete", updated=1),
            RolloutState.PAUSED,
            "1 of 3 new, waits for deletes (OnDelete)",
        ),
    ],
)
def test_our_words(given: Workload, state: RolloutState, said: str) -> None:
    found = rollout(given, moved=NOW - 41)
    assert found.state is state
    assert "".join(words(part, NOW) for part in rollout_cell(found)) == said


def test_an_autoscaler_is_named() -> None:
    assert rollout(deployment(), HPA).text == "2/2 (HPA 2-10)"
