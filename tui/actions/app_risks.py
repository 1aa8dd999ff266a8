"""The risk card of Argo CD's rollback: what does not run, what stays applied, who deploys forward again."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.app_past import managed_workloads
from tui.actions.base import Asked
from tui.actions.hold import owner_remarks
from tui.actions.ran import Ran, ran_since
from tui.model.app_project import AppProject
from tui.model.application import Application
from tui.model.goose import GooseKind
from tui.model.held import block_words
from tui.model.past_deployment import PastDeployment
from tui.model.plan import Remark, Weight
from tui.model.revision import EverReady
from tui.model.rolled_back import short
from tui.model.sync_window import window_state, window_words
from tui.model.then import Then, without_down

_BLOCKING = ("ComparisonError", "InvalidSpecError", "UnknownError")
_MOST = 6  # migrations that are named one by one


def app_risks(asked: Asked, one: Application, to: PastDeployment, then: Then | None) -> Iterator[Remark]:
    """What a rollback of the whole application meets, the worst first."""
    yield _ever(to)
    for condition in one.conditions:
        if condition.type in _BLOCKING:
            text = f"{condition.type}: Argo CD can't render it now, so nothing goes back: {condition.message}"
            yield Remark(Weight.BAD, text)
    yield from _window(asked, one)
    yield Remark(Weight.LOOK, "no hooks run: neither migrations nor the checks after a sync")
    yield from _migrations(asked, one, to, then)
    yield from _forward(asked, one, then)
    if to.entry.source is not None and one.source is not None and to.entry.source != one.source:
        yield Remark(
            Weight.LOOK, "path, values or parameters of then are used: they differ from those of now"
        )
    text = "all of its resources go back, not only the workload; what is new since then stays (no prune)"
    yield Remark(Weight.QUIET, text)
    if then is not None and then.problem:
        yield Remark(Weight.QUIET, then.problem)


def _ever(to: PastDeployment) -> Remark:
    name = short(to.commit)
    if to.ever_ready is EverReady.YES:
        return Remark(Weight.GOOD, f"{name} was ready: {to.evidence}")
    if to.ever_ready is EverReady.NO:
        return Remark(Weight.BAD, f"{name} was not ready: {to.evidence}")
    return Remark(Weight.LOOK, f"it is not known whether {name} was ever ready: {to.evidence}")


def _window(asked: Asked, one: Application) -> Iterator[Remark]:
    """The operation is one by hand: a window that allows those does not hold it back."""
    for project in asked.store.all("AppProject"):
        if not isinstance(project, AppProject) or project.meta.name != one.project:
            continue
        state = window_state(project.windows, one, asked.now)
        if not state.manual or state.error:
            text = f"{window_words(state, asked.now)}: the operation waits for the end of it"
            yield Remark(Weight.BAD, f"sync window: {text}")


def _forward(asked: Asked, one: Application, then: Then | None) -> Iterator[Remark]:
    """Who would deploy the newer commit again."""
    if one.automated is not None:
        words = block_words(one.automated)
        text = f"automated sync is held first ({words}); nothing is deployed by itself until H releases it"
        yield Remark(Weight.LOOK, text)
        yield from owner_remarks(asked, one)
    if then is not None and then.manifests and then.before == then.after:
        text = "both commits have the same resources, only hooks differ: nothing changes, it stays Synced"
        yield Remark(Weight.LOOK, text)
        return
    git = f"Git stays at {short(one.revision)}" if one.revision else "Git stays as it is"
    yield Remark(Weight.LOOK, f"it will say OutOfSync: {git}, and the next sync by anyone goes forward again")


def _migrations(asked: Asked, one: Application, to: PastDeployment, then: Then | None) -> Iterator[Remark]:
    """By the checkout, which knows their files; by what was seen to run, where it does not."""
    if then is not None and then.stays:
        bare = without_down(then.stays)
        count = len(then.stays)
        what = "1 migration stays applied" if count == 1 else f"{count} migrations stay applied"
        without = f", {bare} without a Down section" if bare else ""
        text = f"{what} (by the checkout{without}): the older program meets the newer schema"
        yield Remark(Weight.BAD if bare else Weight.LOOK, text)
        for database, file in then.stays[-_MOST:]:
            mark = "" if file.reversible else "   no Down"
            yield Remark(Weight.PLAIN, f"  {database}: {file.name}{mark}")
    for database in then.differ if then is not None else ():
        text = f"migrations of {database} differ since then; which of them stay applied only a checkout tells"
        yield Remark(Weight.LOOK, text)
    for ran in _ran(asked, one, to):
        goose = ran.goose
        to_version = f", to version {goose.version}" if goose is not None and goose.version else ""
        if ran.at is None:
            text = f"migration {ran.job} runs now{to_version}: it is not stopped and not undone"
            yield Remark(Weight.BAD, text)
        elif ran.failed:
            text = f"migration {ran.job} failed after that{to_version}: what it applied stays"
            yield Remark(Weight.LOOK, text)
        elif goose is None or goose.state is not GooseKind.NOTHING:
            yield Remark(Weight.LOOK, f"migration {ran.job} ran after that{to_version}: it stays applied")


def _ran(asked: Asked, one: Application, to: PastDeployment) -> list[Ran]:
    """Since the chosen deployment got its successor; of each of the services once."""
    later = [entry for entry in one.history if entry.id > to.id]
    since = later[0].started or later[0].deployed if later else to.entry.deployed
    found: dict[tuple[str, float | None], Ran] = {}
    for workload in managed_workloads(asked.store, one):
        for ran in ran_since(asked.store, asked.recordings, workload, since, before=0.0):
            found[ran.job, ran.at] = ran
    return list(found.values())
