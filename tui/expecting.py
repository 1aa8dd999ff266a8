"""Has the manifests rendered that matter now, of every application of an environment, for the store."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Protocol

from tui.clock import Clock
from tui.errors import DeployError
from tui.model.application import Application
from tui.model.board import is_moving
from tui.model.hooks import Manifests, Rendered, revisions_that_matter
from tui.model.key import Meta
from tui.store import Change, Store

KIND = "Rendered"
_AGAIN, _LONGEST = 30.0, 1800.0  # seconds until what could not be had is tried again, doubled each time
_PAUSE = 0.05  # seconds between two applications that do not move: this work is nobody's hurry


class Renderer(Protocol):
    """What can render a commit; a DeployError says why not."""

    async def manifests(self, application: Application, revision: str) -> Manifests: ...


class Expecting:
    """`run` until it is cancelled; the records are of kind "Rendered" and have the application's uid.

    `renderers` are asked in their order; `missing` says why there is none.
    """

    def __init__(
        self, renderers: Sequence[Renderer], store: Store, clock: Clock, *, missing: str = "no checkout"
    ) -> None:
        self._renderers, self._missing = renderers, missing
        self._store, self._clock = store, clock
        self._due: dict[str, None] = {}  # in order; looked at when their turn comes
        self._moving: dict[str, None] = {}  # those that go before them
        self._done: dict[str, tuple[str, ...]] = {}  # the revisions that were asked for
        self._again: dict[str, tuple[float, float]] = {}  # when (monotonic), and after how many seconds
        self._moment = -1

    async def run(self) -> None:
        """One application after the other, first those that move."""
        while True:
            versions = self._store.versions(("Application",))
            self._look()
            found = self._next()
            if found is not None:
                await self._render(found)
                await self._clock.sleep(0 if is_moving(found) else _PAUSE)
                continue
            with contextlib.suppress(TimeoutError):
                async with self._clock.timeout(self._rest()):
                    await self._store.changed(("Application",), versions)

    def _look(self) -> None:
        """Takes what changed since the last look; no more, as a thousand may be due."""
        store = self._store
        changed = store.changed_since("Application", self._moment) if self._moment >= 0 else None
        self._moment = store.moment
        if changed is None:
            there = [one.meta.uid for one in store.all("Application")]
            changed = [*there, *({*self._due, *self._moving, *self._done} - set(there))]
        for uid in changed:
            found = store.by_uid("Application", uid)
            if isinstance(found, Application):
                (self._moving if is_moving(found) else self._due)[uid] = None
                continue
            for known in (self._due, self._moving, self._done, self._again):
                known.pop(uid, None)
            store.apply(Change(KIND, uid, None))
        now = self._clock.monotonic()
        for uid, (at, _) in self._again.items():
            if at <= now:
                self._due[uid] = None

    def _next(self) -> Application | None:
        """The next whose revisions are others than before, or that is to be tried again."""
        for due in (self._moving, self._due):
            while due:
                uid = next(iter(due))
                del due[uid]
                found = self._store.by_uid("Application", uid)
                if isinstance(found, Application) and self._wants(found):
                    return found
        return None

    def _wants(self, application: Application) -> bool:
        uid = application.meta.uid
        again = self._again.get(uid)
        late = again is not None and again[0] <= self._clock.monotonic()
        return late or self._done.get(uid) != revisions_that_matter(application)

    def _rest(self) -> float:
        """Seconds until something is to be tried again."""
        now = self._clock.monotonic()
        return max(0.5, min((at - now for at, _ in self._again.values()), default=_LONGEST))

    async def _render(self, application: Application) -> None:
        meta = application.meta
        wanted = revisions_that_matter(application)
        before = self._store.by_uid(KIND, meta.uid)
        known = before.found if isinstance(before, Rendered) else ()
        found, problem = [], ""
        for revision in wanted:
            one = next((each for each in known if each.revision == revision), None)
            if one is None:
                one, complaint = await self._asked(application, revision)
                problem = problem or complaint
            found += [one] if one is not None else []
        self._done[meta.uid] = wanted
        if problem and self._renderers:
            wait = min(2 * self._again.get(meta.uid, (0.0, _AGAIN / 2))[1], _LONGEST)
            self._again[meta.uid] = (self._clock.monotonic() + wait, wait)
        else:
            self._again.pop(meta.uid, None)
        made = Rendered(Meta(KIND, meta.namespace, meta.name, meta.uid), tuple(found), problem)
        if self._store.by_uid("Application", meta.uid) is not None:
            self._store.apply(Change(KIND, meta.uid, made))

    async def _asked(self, application: Application, revision: str) -> tuple[Manifests | None, str]:
        """Of the first that can; else why none could, the nearest first."""
        said: list[str] = []
        for each in self._renderers:
            try:
                return await each.manifests(application, revision), ""
            except DeployError as error:
                said.append(str(error))
        return None, "; ".join(said) or self._missing


def rendered(store: Store, application: Application) -> Rendered | None:
    """What was rendered of an application."""
    found = store.by_uid(KIND, application.meta.uid)
    return found if isinstance(found, Rendered) else None
