"""The simulator's controllers, in the order of one turn: `for step in make_steps(cluster, logs): step(now)`.

Each remembers what it needs of its cluster, so a world calls `make_steps` once for each environment, and
then the steps in order every time its clock moves. Annotations are the levers for faults:
`demo.deploytui/behaviour` on a pod or a pod template (see `scripted.Script`),
`demo.deploytui/still: "true"` on pods that are to be left alone,
`demo.deploytui/refuse-pods: <message>` on a Deployment or ReplicaSet,
`demo.deploytui/life` on a Namespace (see `life.Life`),
`demo.deploytui/argo-down: "true"` on the Namespace `argocd`: Argo CD's controller is away.
"""

from __future__ import annotations

from collections.abc import Callable

from tui.demo.behaviours.argo import Applications
from tui.demo.behaviours.cronjob import CronJobs
from tui.demo.behaviours.daemonset import DaemonSets
from tui.demo.behaviours.deployment import Deployments
from tui.demo.behaviours.endpoints import EndpointSlices
from tui.demo.behaviours.garbage import Garbage
from tui.demo.behaviours.hpa import HorizontalPodAutoscalers
from tui.demo.behaviours.job import Jobs
from tui.demo.behaviours.life import Life
from tui.demo.behaviours.logs import Logs
from tui.demo.behaviours.pdb import PodDisruptionBudgets
from tui.demo.behaviours.pod import Pods
from tui.demo.behaviours.replicaset import ReplicaSets
from tui.demo.behaviours.sealed_secrets import SealedSecrets
from tui.demo.behaviours.statefulset import StatefulSets
from tui.demo.cluster import Cluster
from tui.demo.logbook import LogBook

Step = Callable[[float], None]


def make_steps(cluster: Cluster, logs: LogBook) -> tuple[Step, ...]:
    """The controllers of one cluster; each takes the time (epoch seconds) and does what is due."""
    voices = Logs(logs)
    # From the wish down to the pods, so that one turn carries a change all the way.
    return (
        Life(cluster).step,
        Garbage(cluster).step,
        SealedSecrets(cluster).step,
        Applications(cluster).step,
        CronJobs(cluster).step,
        Jobs(cluster).step,
        Deployments(cluster).step,
        ReplicaSets(cluster).step,
        StatefulSets(cluster).step,
        DaemonSets(cluster).step,
        Pods(cluster, voices).step,
        voices.step,
        EndpointSlices(cluster).step,
        PodDisruptionBudgets(cluster).step,
        HorizontalPodAutoscalers(cluster).step,
    )
