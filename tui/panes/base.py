"""What a table's pane is: it reads one session's store and shows rows made by `present`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.model.workload import Workload
from tui.sessions import AnySession
from tui.store import LinkState, Record
from tui.survey import Survey
from widgets.filter_bar import FilterBar
from widgets.live_table import Column, LiveTable, Row


@dataclass(frozen=True, slots=True)
class View:
    """What panes show: a session with its judgement, and the chosen namespaces (None: all)."""

    session: AnySession
    survey: Survey
    namespaces: frozenset[str] | None


class TablePane(Vertical):
    """A pane with one table. Subclasses say which kinds they read and make the rows."""

    kinds: tuple[str, ...] = ()
    """Kinds whose change makes it repaint, and whose links are its condition."""

    also: tuple[str, ...] = ()
    """Kinds whose change makes it repaint; without them it is whole all the same."""

    scoped = True
    """Whether it shows the chosen namespaces only."""

    own: frozenset[str] = frozenset()
    """Kinds of which each object has a row here, and nowhere before."""

    title: str = ""
    """Of its tab."""

    def __init__(
        self, columns: Sequence[Column], *, id: str, now: Callable[[], float], markable: bool = False
    ) -> None:
        super().__init__(id=id)
        self.table = LiveTable(columns, now=now, markable=markable, id=f"{id}-table")
        self.filter_bar = FilterBar(id=f"{id}-filter")
        self.of: Record | None = None  # shows only what belongs to that workload, Job or CronJob
        self._now = now
        self._seen: tuple[object, ...] = ()
        self._bound: tuple[str, frozenset[str] | None, str] | None = None
        self._cursors: dict[str, Hashable | None] = {}  # by environment

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.filter_bar

    def there(self, view: View) -> bool:
        """Whether the cluster has what it shows: its tab is left out otherwise."""
        return True

    def rows(self, view: View) -> list[Row]:
        """The rows of that view, worst first."""
        raise NotImplementedError

    def count(self, view: View) -> str:
        """What its tab says beside the title."""
        return ""

    def show(self, view: View) -> None:
        """Repaints when something that it reads differs."""
        store = view.session.store
        self.bind(view)
        seen = (
            self._bound,
            view.namespaces,
            int(self._now()),
            view.survey.version,
            *store.versions((*self.kinds, *self.also, "links")),
        )
        if seen == self._seen:
            return
        self._seen = seen
        rows = self.rows(view)
        if self.of is not None:
            family = belonging(view, self.of)
            rows = [row for row in rows if row.id in family]
        self.table.set_rows(rows)
        self.table.stale = view.session.link.state in (LinkState.STALE, LinkState.UNREACHABLE)
        self.table.empty = Content(condition(view, self.kinds))

    def bind(self, view: View) -> None:
        """Turns to what that view shows: sort stays, marks go, the cursor is where it was last there;
        in another environment the filter goes as well."""
        environment = view.session.environment.name
        other = self._bound is not None and self._bound[0] != environment
        if other:
            self.of = None
            self.filter_bar.put("")
            self.table.set_filter(None)
        scope = view.namespaces if self.scoped else None
        bound = (environment, scope, self.of.meta.uid if self.of is not None else "")
        if bound == self._bound:
            return
        self.keep_cursor()
        self._bound = bound
        self.table.forget()
        self.table.wish(self._cursors.get(environment))

    def keep_cursor(self) -> None:
        """Remembers where the cursor stands in the environment that is shown."""
        if self._bound is not None and self.table.cursor is not None:
            self._cursors[self._bound[0]] = self.table.cursor

    def show_nothing(self, words: str) -> None:
        """There is nothing to read in front: no rows, and why."""
        self.keep_cursor()
        self._bound, self._seen, self.of = None, (), None
        if self.table.total:
            self.filter_bar.put("")
            self.table.set_filter(None)
            self.table.forget()
        self.table.stale = False
        self.table.empty = Content(words)

    def record(self, view: View, uid: object) -> Record | None:
        """The record behind a row of this pane."""
        for kind in (*self.kinds, *self.also):
            found = view.session.store.by_uid(kind, str(uid))
            if found is not None:
                return found
        return None

    def targets(self, view: View) -> tuple[Record, ...]:
        """The records that a key acts on: the marked ones, else the cursor's."""
        found = (self.record(view, uid) for uid in self.table.targets)
        return tuple(record for record in found if record is not None)

    @property
    def nothing(self) -> str:
        """Why there is no target."""
        gone = self.table.gone
        return f"{gone} is gone: choose another row" if gone else "Nothing is under the cursor."

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Hides while typing."""
        self.table.set_filter(message.filter)

    def on_filter_bar_cleared(self, message: FilterBar.Cleared) -> None:
        """Shows all again."""
        self.table.set_filter(message.filter)


def belonging(view: View, owner: Record) -> set[Hashable]:
    """The uids of a workload's or Job's pods, or of a CronJob's Jobs."""
    if isinstance(owner, Workload):
        return {pod.meta.uid for pod in view.survey.pods(owner)}
    kind = "Job" if owner.meta.kind == "CronJob" else "Pod"
    return {one.meta.uid for one in view.session.store.children(owner.meta.uid, kind)}


def gaps(view: View, kinds: tuple[str, ...]) -> str:
    """What is missing beside the rows that are there: kinds that may not be read, objects that cannot be."""
    links = [(kind, link) for (kind, _), link in view.session.store.links.items() if kind in kinds]
    forbidden = dict.fromkeys(kind for kind, link in links if link.state is LinkState.FORBIDDEN)
    unreadable = [one for _, link in links for one in link.unreadable]
    found = [f"forbidden: {', '.join(forbidden)}"] if forbidden else []
    if unreadable:
        found.append(f"{len(unreadable)} unreadable: {unreadable[0]}")
    return ", ".join(found)


def condition(view: View, kinds: tuple[str, ...]) -> str:
    """Why there is nothing to see: still connecting, forbidden, unreachable, or truly nothing."""
    if view.session.error is not None and view.session.link.state in (LinkState.UNREACHABLE, LinkState.STALE):
        error = view.session.error
        return f"{error.title}\n{error.hint}" if error.hint else error.title
    for kind in kinds:
        link = view.session.store.link(kind)
        if link is None or link.state is LinkState.CONNECTING:
            return "reading …" if link is None or not link.listed else f"reading … {link.listed}"
        told = link.state is LinkState.FORBIDDEN or (link.state is LinkState.ABSENT and kind == kinds[0])
        if told and link.error is not None:  # a cluster without the Gateway API has no trouble with it
            return str(link.error)
    return "nothing here"
