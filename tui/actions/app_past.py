"""The deployments of an Application in a store, and the workloads that are its own there."""

from __future__ import annotations

from collections.abc import Mapping

from tui.actions.base import WORKLOADS
from tui.actions.past import past
from tui.model.application import Application
from tui.model.key import NOTHING
from tui.model.past_deployment import PastDeployment, all_ready, by_entry, half_way
from tui.model.revision import EverReady
from tui.model.workload import Workload
from tui.store import Store


def deployments(
    store: Store, application: Application, known_ready: Mapping[str, str] = NOTHING
) -> list[PastDeployment]:
    """Newest first. The last one is not current when a later sync of another commit ended half way."""
    workloads = managed_workloads(store, application)
    whole = not half_way(application)
    then = [
        (one, by_entry(application.history, past(store, one, known_ready), whole=whole)) for one in workloads
    ]
    made = []
    for index, entry in enumerate(application.history):
        revisions = tuple((one, found) for one, by in then if (found := by.get(index)) is not None)
        ever, evidence = all_ready(revisions)
        unknown = [one.meta.name for one, by in then if index not in by]
        if revisions and unknown and ever is EverReady.YES:
            ever, evidence = EverReady.UNKNOWN, f"which revision of {unknown[0]} it was is not known"
        last = index == len(application.history) - 1
        made.append(PastDeployment(entry, last and whole, revisions, ever, evidence))
    return made[::-1]


def managed_workloads(store: Store, application: Application) -> list[Workload]:
    """The workloads that it lists, as far as this environment watches them."""
    found = (
        store.get(one.kind, one.namespace, one.name)
        for one in application.resources
        if one.kind in WORKLOADS and not one.hook
    )
    return [one for one in found if isinstance(one, Workload)]
