"""What enter opens: a workload's pods, a Job's logs, the object of trouble and events; and the way there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.model.application import Application
from tui.model.cluster import Event
from tui.panes.base import TablePane
from tui.panes.jobs import JobsPane
from tui.panes.namespaces import NamespacesPane
from tui.panes.pods import PodsPane
from tui.panes.trouble import TroublePane
from tui.panes.work import WorkPane
from tui.store import Record

if TYPE_CHECKING:
    from tui.screens.cockpit import CockpitScreen


def open_row(screen: CockpitScreen, pane: TablePane, row_id: object) -> None:
    """Enter on a row of a pane with records."""
    view = screen.cockpit.view
    if view is None:
        return
    record = pane.record(view, row_id)
    if record is None:
        if isinstance(pane, TroublePane):
            _open_namespace_of(screen, str(row_id))
        return
    kind = record.meta.kind
    if isinstance(record, Event):
        _open_about(screen, record)
    elif isinstance(pane, TroublePane):
        reveal(screen, record)
    elif kind in ("SealedSecret", "Secret"):
        from tui.screens.lens import LensScreen  # it leads back here

        screen.cockpit.push_screen(LensScreen(screen.cockpit, screen, view, record))
    elif kind == "Application":
        screen.action_pane(3)
    elif kind == "CronJob":
        _only(screen, JobsPane, record)
    elif kind in ("Pod", "Job"):
        screen.full_logs(previous=False)
    else:
        _only(screen, PodsPane, record)


def reveal(screen: CockpitScreen, record: Record) -> None:
    """Goes to the tab where a record has its own row, with the cursor on it."""
    work, view = screen.query_one(WorkPane), screen.cockpit.view
    tab = work.tab_of(record.meta.kind)
    if view is None:
        return
    if tab is None:
        screen.say(f"{record.meta.kind} {record.meta.name} has no row in any tab.")
        return
    screen.leaves()
    place = record.destination.namespace if isinstance(record, Application) else record.meta.namespace
    if view.namespaces is not None and place not in view.namespaces:
        screen.cockpit.namespaces = None
        view = replace(view, namespaces=None)
    tab.bind(view)
    tab.of = None
    tab.show(view)
    tab.table.wish(record.meta.uid)
    if tab.table.cursor != record.meta.uid:  # the filter hides it
        tab.filter_bar.put("")
        tab.table.set_filter(None)
        tab.table.wish(record.meta.uid)
    work.go(tab)


def _only(screen: CockpitScreen, kind: type[TablePane], owner: Record) -> None:
    """The tab of that class with what belongs to one object."""
    screen.leaves()
    work, view = screen.query_one(WorkPane), screen.cockpit.view
    assert view is not None
    tab = work.find(kind)
    tab.bind(view)
    tab.of = owner
    tab.filter_bar.put("")
    tab.table.set_filter(None)
    tab.show(view)
    work.go(tab)


def _open_about(screen: CockpitScreen, event: Event) -> None:
    view = screen.cockpit.view
    assert view is not None
    store = view.session.store
    found = store.by_uid(event.about_kind, event.about_uid) or store.get(
        event.about_kind, event.about_namespace, event.about_name
    )
    if found is None:
        name = f"{event.about_kind} {event.about_name}"
        screen.say(f"{name} is gone, or of a kind that is not read here: y shows the event.")
    else:
        reveal(screen, found)


def _open_namespace_of(screen: CockpitScreen, trouble: str) -> None:
    """Trouble without an object of its own is about a namespace: pane 2 has its row."""
    view = screen.cockpit.view
    assert view is not None
    found = view.survey.by_uid.get(trouble)
    if found is None:
        return
    screen.action_pane(2)
    screen.query_one(NamespacesPane).table.select(found.namespace)
