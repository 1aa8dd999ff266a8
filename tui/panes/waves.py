"""Pane 3: migrations by phase and wave, of what is selected in pane 4 and of all that move."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.model.application import Application
from tui.model.hook_runs import owner_of
from tui.model.job import Job
from tui.model.key import Meta
from tui.model.migration import is_migration, migration
from tui.model.step import OPEN, StepState
from tui.panes.base import TablePane, View
from tui.present import sync_waves
from tui.present import waves as present
from tui.store import Record
from widgets.live_table import Row
from widgets.tone import literal

REST = 0.2
"""Seconds for which the cursor of pane 4 has to rest before this pane follows it."""


class WavesPane(TablePane):
    """`follow` tells it what is selected; `pinned` keeps the service that is shown."""

    kinds = ("Job", "Pod")
    also = ("Application", "Rendered")

    def __init__(self, *, now: Callable[[], float]) -> None:
        super().__init__(present.COLUMNS, id="waves", now=now)
        self.add_class("pane")
        self.border_title = "3 Migration waves"
        self.pinned = False
        self.service = ""
        self._coming, self._since = "", 0.0

    def follow(self, targets: Sequence[Record], environment: str = "") -> None:
        """Takes what pane 4 selects, once it rests."""
        service = service_of(targets[0], environment) if targets else ""
        if service != self._coming:
            self._coming, self._since = service, self._now()
        elif service != self.service and not self.pinned and self._now() - self._since >= REST:
            self.service = service
            self._seen = ()

    def show(self, view: View) -> None:
        super().show(view)
        ghost = self.table.lines.ghost
        if ghost is not None and str(ghost.id).endswith("/"):  # what was said below a line
            self.table.select(str(ghost.id).rstrip("/"))
        elif ghost is not None and not self.table.has_focus:  # nobody looks for it
            self.table.forget()
            self._seen = ()
        recorder = view.session.recorder
        subtitle = literal(recorder.condition) if recorder is not None else ""
        if subtitle != (self.border_subtitle or ""):
            self.border_subtitle = subtitle

    def rows(self, view: View) -> list[Row]:
        recorder = view.session.recorder
        recordings = recorder.recordings() if recorder is not None else ()
        store, survey, namespaces = view.session.store, view.survey, view.namespaces
        made, known = sync_waves.shown(survey, namespaces, self.service, self._room())
        return made + present.rows(store, survey, namespaces, self._now(), recordings, self.service, known)

    def _room(self) -> int:
        """The width of a line's first column."""
        width = self.table.size.width - 3
        return (width - 11 if width >= 48 else width) if width > 20 else sync_waves.NARROW

    def record(self, view: View, uid: object) -> Record | None:
        """The Job of a line or of the one below it; of one that is gone what was recorded of it; of a hook
        that has not begun a Job without a pod, whose log comes with it; elsewhere the application."""
        uid = str(uid).rstrip("/")
        found_step = sync_waves.found_step(view.survey.boards.all, uid)
        if found_step is not None:
            hook, run = found_step.hook, found_step.run
            run = run or (found_step.last if found_step.state is StepState.NEXT else None)
            if run is None and found_step.state in OPEN:
                return Job(Meta("Job", hook.namespace, hook.name, uid), images=hook.images)
            uid = run.uid if run is not None else uid
        found = view.session.store.by_uid("Job", uid)
        board = view.survey.boards.all.get(uid.partition("/")[0])
        if found is None and board is not None:
            return board.application
        recorder = view.session.recorder
        if found is not None or recorder is None:
            return found
        kept = recorder.known(uid)
        if kept is None:
            return None
        return Job(Meta("Job", kept.namespace, kept.job, uid, created=kept.created), images=kept.images)


def service_of(record: Record, environment: str = "") -> str:
    """The service whose migrations go with that object; what Argo CD deploys goes with its application."""
    _, tracked = owner_of(record.meta)
    if isinstance(record, Application) or tracked:
        return sync_waves.title_of(tracked or record.meta.name, environment)
    if isinstance(record, Job):
        return migration(record).service if is_migration(record) else ""
    meta = record.meta
    return (meta.labels.get("app.kubernetes.io/name") or meta.name).removesuffix("-service")
