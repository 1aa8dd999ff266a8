"""Who made the commits that are deployed and wanted: asked once each, kept in the store as "Commit"."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from tui.errors import DeployError
from tui.model.application import Application
from tui.model.commits import KIND, Authored, Commit
from tui.model.hooks import is_commit
from tui.model.key import Meta
from tui.store import Change, Store

Ask = Callable[[Application, str], Awaitable[Commit | None]]
_KEPT = 2000
"""Commits that are remembered: those of a branch go on for ever."""


class Committed:
    """`run` until it is cancelled. In a repository of many services a commit is many applications' own."""

    def __init__(self, ask: Ask, store: Store) -> None:
        self._ask = ask
        self._store = store
        self._asked: dict[str, None] = {}  # also those that nobody knows: they are not asked again

    async def run(self) -> None:
        """Asks for what is new, one after the other: nobody waits for it."""
        seen: tuple[int, ...] = (-1,)
        while True:
            seen = await self._store.changed(("Application",), seen)
            for one, revision in self._new():
                self._asked[revision] = None
                try:
                    found = await self._ask(one, revision)
                except DeployError:
                    continue  # the row stands without it
                if found is not None:
                    meta = Meta(KIND, "", revision, revision)
                    self._store.apply(Change(KIND, revision, Authored(meta, found)))
            for revision in list(self._asked)[:-_KEPT]:
                del self._asked[revision]
                self._store.apply(Change(KIND, revision, None))

    def _new(self) -> Iterable[tuple[Application, str]]:
        """Revisions that nobody asked for yet, with an application that has them."""
        found: dict[str, Application] = {}
        for one in self._store.all("Application"):
            if isinstance(one, Application):
                last = one.deployed
                for revision in (last.revision if last is not None else "", one.revision):
                    if is_commit(revision) and revision not in self._asked:
                        found.setdefault(revision, one)
        return [(one, revision) for revision, one in found.items()]
