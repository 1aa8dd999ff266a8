"""Why an application can't be synced now: what runs, its branch, sync windows, errors of its comparison."""

from __future__ import annotations

from tui.actions.base import Asked
from tui.actions.sync_progress import one_line
from tui.model.app_project import AppProject
from tui.model.application import Application
from tui.model.sync_plan import SyncOptions, wrong_branch
from tui.model.sync_window import WindowState, window_state, window_words
from tui.store import Store

_BLOCKING = ("ComparisonError", "InvalidSpecError")
GHOST_AFTER = 10.0  # seconds from which a state without its operation is no mere order of events


def why_not(asked: Asked, one: Application) -> str:
    """The reason, "" when it may be synced."""
    running = running_words(one)
    if running:
        return f"{running}; wait for its end, or terminate it with T"
    branch = wrong_branch(one, asked.environment.branch)
    if branch:
        return f"it follows {branch}, and {asked.environment.name} deploys {asked.environment.branch}"
    if one.held:
        return "its automated sync is held: H releases it, and Argo CD deploys what Git has"
    for condition in one.conditions:
        if condition.type in _BLOCKING:
            return f"Argo CD can't compare it, {condition.type}: {one_line(condition.message)}"
    if asked.now:  # the key line asks without a time
        state = windows(asked.store, one, asked.now)
        if not state.manual:
            return f"sync window: {window_words(state, asked.now)}"
    return _of_options(one, asked.sync)


def _of_options(one: Application, options: SyncOptions) -> str:
    if one.automated is None or not options.revision or options.revision == one.revision:
        return ""
    target = one.source.target if one.source is not None else ""
    return f"it syncs by itself to {target or 'HEAD'}: another revision would be taken back at once"


def running_words(one: Application) -> str:
    """What runs already; a state without its operation is a ghost, which a sync clears."""
    state = one.state
    if one.operation is None:
        return ""
    who = one.operation.username or ("Argo CD itself" if one.operation.automated else "somebody")
    if state is None:
        return f"an operation of {who} is asked for already"
    if not state.over and state.finished is not None:
        return f"the operation of {who} waits to be tried again: {one_line(state.message)}"
    return f"an operation of {who} runs: {one_line(state.message) or state.phase}"


def ghost(one: Application) -> bool:
    """Argo CD says that it runs, and there is no operation any more."""
    return one.operation is None and one.state is not None and not one.state.over


def windows(store: Store, one: Application, now: float) -> WindowState:
    """What the sync windows of its project say; everything is allowed while the project is not known."""
    project = project_of(store, one)
    return window_state(project.windows if project is not None else (), one, now)


def project_of(store: Store, one: Application) -> AppProject | None:
    """None where it is not read: no right to, or not yet."""
    for record in store.all("AppProject"):
        if isinstance(record, AppProject) and record.meta.name == one.project:
            return record
    return None
