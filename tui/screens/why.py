"""Why something is not well, live while it is read; the key once more shows what kubectl describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui.compose_session import ComposeSession
from tui.errors import DeployError
from tui.model.pod import Container, Pod
from tui.model.sealed_secret import SealedSecret, judge
from tui.panes.base import View
from tui.present.describe import crashed, last_lines, why
from tui.present.yaml import to_yaml
from tui.screens.controller import sealed_for
from tui.screens.text import Page
from tui.store import Record
from tui.survey import READS
from tui.wire.kinds import KINDS
from widgets.plan_body import PlanBody, Section
from widgets.tone import Span, Tone

if TYPE_CHECKING:
    from tui.app import Cockpit

LAST_LINES = 10
"""Of the container that ended: enough for an error with its cause, and it still fits a small screen."""


class WhyScreen(Page):
    """One object, of the environment that was in front when it was asked."""

    HINT = "d describe   esc back"
    BINDINGS = [Binding("d", "raw", "Describe", show=False, id="why.raw")]

    def __init__(self, cockpit: Cockpit, view: View, record: Record) -> None:
        super().__init__(f"Why: {record.meta.path}", ())
        self._cockpit = cockpit
        self._view = view
        self._record = record
        self._seen: tuple[object, ...] = ()
        self._said: dict[str, Section] = {}  # see present.describe.why
        self._raw: list[Section] | None = None
        self._asked: tuple[object, ...] = ()  # of what of a SealedSecret the controller was asked

    def on_mount(self) -> None:
        self.check_seen()

    def check_seen(self) -> None:
        """At each tick: the page as the store has it now."""
        if self._raw is not None:
            return
        store, survey = self._view.session.store, self._view.survey
        seen = (survey.version, len(self._said), *store.versions(READS))
        if seen == self._seen or not self.query(PlanBody):
            return
        self._seen = seen
        now = self._cockpit.clock.now()
        record = store.by_uid(self._record.meta.kind, self._record.meta.uid)
        if record is None:
            gone = Section(f"{self._record.meta.name} is gone; this is what was last seen", Tone.LOOK)
            return self.set_sections([gone, *why(store, survey, self._record, self._said, now)])
        self._record = record
        self.set_sections(why(store, survey, record, self._said, now))
        found = crashed(store, survey, record)
        if found is not None and found[1].container_id not in self._said:
            self._said[found[1].container_id] = Section()  # asked once; nothing is shown until it came
            self.run_worker(self._read_last(*found), group="why")
        if isinstance(record, SealedSecret):
            self._ask_controller(record)
        return None

    def _ask_controller(self, sealed: SealedSecret) -> None:
        """Where it would open, once for each generation that can't be opened."""
        uid = sealed.meta.uid
        verdict = judge(sealed, self._view.survey.events(uid))
        if (about := (sealed.meta.generation, verdict.keys)) == self._asked:
            return
        self._asked, self._said[uid] = about, Section()
        if not verdict.keys:
            return

        async def ask() -> None:
            self._said[uid] = await sealed_for(self._cockpit, self._view, sealed, verdict)
            self._seen = ()

        self._said[uid], self._seen = Section("asking the controller where it opens ...", Tone.QUIET), ()
        self.run_worker(ask(), group="controller", exclusive=True)

    async def _read_last(self, pod: Pod, container: Container) -> None:
        meta = pod.meta
        data = b""
        try:
            async with self._view.session.client.log(
                meta.namespace,
                meta.name,
                container.name,
                follow=False,
                previous=container.ended is None,
                tail=LAST_LINES,
                timestamps=False,
            ) as chunks:
                async for chunk in chunks:
                    data += chunk
        except DeployError:
            return  # rotated or forbidden: the rest of the page stands without it
        self._said[container.container_id] = last_lines(container.name, data)
        self._seen = ()

    def action_raw(self) -> None:
        """What kubectl describes, or the engine inspects, and back."""
        if self._raw is not None:
            self._raw, self._seen = None, ()
            self.retitle(f"Why: {self._record.meta.path}")
            return self.check_seen()
        if self._record.meta.kind == "Secret":
            self._raw = [Section("kubectl would read its values to describe it: it is not asked", Tone.LOOK)]
            return self.set_sections(self._raw)
        self._raw = [Section("asking ...", Tone.QUIET)]
        self.set_sections(self._raw)
        self.run_worker(self._describe(), group="why")
        return None

    async def _describe(self) -> None:
        from tui.wire.kubectl import describe

        meta, session = self._record.meta, self._view.session
        try:
            if isinstance(session, ComposeSession):
                text = to_yaml(json.loads(await session.client.document(meta)))
            else:
                client = session.argo.client_of(meta.kind)
                access, clock = client.server.access, self._cockpit.clock
                text = await describe(access, KINDS[meta.kind], meta.namespace, meta.name, clock)
            sections = [Section("", Tone.PLAIN, [[Span(line)] for line in text.splitlines()])]
        except DeployError as error:
            sections = [Section(str(error), Tone.LOOK)]
        if self._raw is not None:
            self._raw = sections
            self.set_sections(sections)
            self.retitle(f"Describe: {meta.path}")
