"""The rows of all pods in view, worst first: only what changed is made again, a bounded part at a time."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice

from tui.model.usage import PodUsage
from tui.present.cells import InView
from tui.present.pod import row
from tui.store import Record, Store
from tui.survey import Survey
from widgets.live_table import Row

AT_ONCE = 300  # rows that are made again in one look because of what their pods use
MANY = 1_000  # changed pods above which all rows are put in order anew

Place = tuple[int, str, str, str]
"""Worst first, then by namespace and name; the uid makes it the place of one row alone."""


class PodRows:
    """`look` brings the rows up to date; for one survey and one choice of namespaces."""

    def __init__(self, survey: Survey, namespaces: frozenset[str] | None) -> None:
        self.survey = survey
        self.namespaces = namespaces
        self._store: Store = survey.store
        self._shown = InView(survey, namespaces)
        self._moment = self._usage = -1
        self._made: dict[str, Row] = {}
        self._places: list[Place] = []
        self._rows: list[Row] = []  # at those places
        self._waiting: dict[str, None] = {}  # uids of pods whose usage may be another

    @property
    def behind(self) -> bool:
        """Whether there is more to be made, at the next look."""
        return bool(self._waiting)

    def look(self) -> list[Row]:
        """The rows of now. CPU and memory follow within some looks: in a large cluster all change at once."""
        store = self._store
        changed = store.changed_since("Pod", self._moment)
        if store.version["PodUsage"] != self._usage:
            self._usage = store.version["PodUsage"]
            self._waiting = dict.fromkeys(self._made)
        if changed is None:
            changed = list(dict.fromkeys((*self._made, *(one.meta.uid for one in store.all("Pod")))))
        self._moment = store.moment
        if len(changed) > MANY:
            self._make_all(changed)
            changed = []
        waiting = list(islice(self._waiting, AT_ONCE))
        for uid in (*changed, *waiting):
            self._waiting.pop(uid, None)
            self._replace(uid)
        return list(self._rows)

    def _make_all(self, changed: list[str]) -> None:
        for uid in changed:
            made = self._make(uid)
            if made is None:
                self._made.pop(uid, None)
            else:
                self._made[uid] = made
        ordered = sorted((_place(made), made) for made in self._made.values())
        self._places = [place for place, _ in ordered]
        self._rows = [made for _, made in ordered]

    def _replace(self, uid: str) -> None:
        before, made = self._made.get(uid), self._make(uid)
        if before == made:
            return
        if before is not None:
            at = bisect_left(self._places, _place(before))
            del self._places[at], self._rows[at], self._made[uid]
        if made is not None:
            at = bisect_left(self._places, _place(made))
            self._places.insert(at, _place(made))
            self._rows.insert(at, made)
            self._made[uid] = made

    def _make(self, uid: str) -> Row | None:
        record = self._store.by_uid("Pod", uid)
        if record is None or not self._shown[record.meta.namespace]:
            return None
        return row(record, usage_of(self._store, record) if self._usage else None)


def usage_of(store: Store, record: Record) -> PodUsage | None:
    """What it uses, where the cluster measures that."""
    found = store.get("PodUsage", record.meta.namespace, record.meta.name)
    return found if isinstance(found, PodUsage) else None


def _place(made: Row) -> Place:
    keys = made.keys
    return keys[2][0], keys[4], keys[0], str(made.id)
