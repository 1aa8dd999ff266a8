"""The deeds that this cockpit follows: from their confirmation to their end, whatever is on the screen."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tui.actions import BY_ID
from tui.actions.base import Deed
from tui.actions.past import ready_now
from tui.carry import Outcome
from tui.clock import Clock
from tui.journal import Entry, Journal
from tui.known_images import KnownImages
from tui.known_ready import KnownReady
from tui.model.deed import Moment, OpenDeed, Result
from tui.model.plan import Plan, Progress, Stage, Step
from tui.model.workload import Workload
from tui.store import Store


class Deeds:
    """Their list, oldest first; nothing here is a task, so nothing dies with a dialog."""

    def __init__(self, journal: Journal, clock: Clock, who: str) -> None:
        self.all: list[OpenDeed] = []
        self.turn = asyncio.Lock()  # one plan is looked at anew and written at a time
        self.ready = KnownReady()
        self.images = KnownImages()
        self._well: list[OpenDeed] = []  # done, and not known to have stayed ready yet
        self._journal = journal
        self._clock = clock
        self._who = who

    def going(self, environment: str = "") -> list[OpenDeed]:
        """Those that are not at their end, of one environment or of all."""
        return [
            one for one in self.all if not one.progress.stage.over and environment in ("", one.environment)
        ]

    def began(self, plan: Plan, outcome: Outcome, asked: float) -> OpenDeed:
        """Takes a carried out plan under watch; `asked` is when it was confirmed, epoch seconds."""
        written = tuple(one for one in outcome.results if one.stage is not Stage.FAILED)
        stopped = outcome.text if 0 < len(written) < len(plan.steps) else ""
        progress = Progress(outcome.stage, outcome.text)
        if written:
            plan = replace(plan, steps=tuple(one.step for one in written))
            if outcome.stage is Stage.FAILED:
                progress = Progress(Stage.ACCEPTED, outcome.text)
        moments = (Moment(asked, Progress(Stage.ASKED)), Moment(self._clock.now(), progress))
        one = OpenDeed(plan, plan.environment, outcome.results, moments, stopped)
        self.all.append(one)
        return one

    def follow(self, stores: Mapping[str, Store]) -> list[tuple[OpenDeed, str]]:
        """Asks each how far it is; answers what has to be noted: "end", and "ready" when it stayed well."""
        now = self._clock.now()
        for name, store in stores.items():
            self.ready.look(name, store, now)
            self.images.look(name, store)
        told = []
        for index, one in enumerate(self.all):
            if one.progress.stage.over or one.environment not in stores:
                continue
            progress = _progress(one, stores[one.environment], now)
            if progress == one.progress:
                continue
            self.all[index] = one = one.moved(now, progress)
            if progress.stage.over:
                told.append((one, "end"))
            if progress.stage is Stage.DONE:
                self._well.append(one)
        for one in self._well:
            held, known = stores.get(one.environment), self.ready.of(one.environment)
            if held is not None and all(_ready(held, step) in known for step in one.plan.steps):
                told.append((one, "ready"))
        self._well = [one for one in self._well if (one, "ready") not in told]
        return told

    def on_leaving(self) -> str:
        """What becomes of those that go on, and of what waits for them."""
        going = self.going()
        text = f"{len(going)} deed is not at its end; it goes on by itself"
        waiting = [
            step.target.name for one in going if one.plan.then is not None for step in one.plan.then.every
        ]
        if waiting:
            text = f"{len(going)} deed is not at its end; not begun when you leave: {', '.join(waiting)}"
        return f"{text}. Again to leave."

    async def recall(self) -> list[OpenDeed]:
        """Reads what earlier runs wrote; answers what they left without an end. Unwritable when it can't."""
        entries = await asyncio.to_thread(lambda: list(self._journal.entries()))
        self.ready.learn(entries)
        self.images.learn(entries)
        return self._take_up(self._journal.without_end(entries))

    def _take_up(self, entries: Iterable[Entry]) -> list[OpenDeed]:
        taken = []
        for entry in entries:
            if not isinstance(BY_ID.get(entry.deed), Deed):
                continue
            unsure = entry.phase == "asked" or entry.outcome.startswith(Stage.UNKNOWN)
            stage = Stage.UNKNOWN if unsure else Stage.ACCEPTED
            step = Step(entry.deed, entry.target, entry.plan)
            plan = Plan(entry.deed, entry.environment, entry.plan, (step,), command=entry.command)
            result = Result(step, stage, entry.outcome, entry.id, entry.before, entry.after)
            asked = Moment(entry.when, Progress(Stage.ASKED))
            now = Moment(self._clock.now(), Progress(stage, "left while running"))
            taken.append(OpenDeed(plan, entry.environment, (result,), (asked, now), left=True))
        self.all += taken
        return taken

    async def note(self, one: OpenDeed, phase: str, store: Store | None = None) -> None:
        """Writes how a deed stands into the journal, a line a step; Unwritable when it can't."""
        for result in one.results:
            if result.stage is Stage.FAILED:
                continue  # its end was written when it failed
            entry = Entry(
                self._clock.now(),
                result.id,
                phase,
                self._who,
                one.environment,
                one.plan.deed,
                result.step.target,
                result.step.words,
                result.before,
                result.after,
                one.plan.command,
                f"{one.progress.stage}: {one.progress.text}",
                ready=_ready(store, result.step) if phase == "ready" and store is not None else "",
            )
            await asyncio.to_thread(self._journal.append, entry)
        if phase == "left" or one.progress.stage is Stage.FAILED:
            await self._not_begun(one, "the cockpit was left, " if phase == "left" else "")

    async def _not_begun(self, one: OpenDeed, why: str) -> None:
        """A line of each step that waited for its turn: its end, since no later cockpit takes it up."""
        tried = {result.step.target.uid for result in one.results}
        for step in one.plan.every:
            if step.target.uid in tried:
                continue
            outcome = f"{Stage.FAILED}: not begun: {why}{one.progress.text}"
            entry = Entry(
                self._clock.now(),
                uuid.uuid4().hex,
                "end",
                self._who,
                one.environment,
                one.plan.deed,
                step.target,
                step.words,
                command=one.plan.command,
                outcome=outcome,
            )
            await asyncio.to_thread(self._journal.append, entry)


def _ready(store: Store, step: Step) -> str:
    record = store.by_uid(step.target.kind, step.target.uid)
    return ready_now(store, record) if isinstance(record, Workload) else ""


def _progress(one: OpenDeed, store: Store, now: float) -> Progress:
    seen = [step.target for step in one.plan.steps] + [each.target for each in one.plan.awaits]
    links = [store.link(target.kind) for target in seen]
    if any(link is None or not link.usable for link in links):
        return one.progress  # what a store does not hold now need not be gone
    deed = BY_ID[one.plan.deed]
    assert isinstance(deed, Deed)
    progress = deed.progress(store, one.plan, one.at, now)
    if one.progress.stage is Stage.UNKNOWN and progress.stage is Stage.ACCEPTED:
        return one.progress  # its answer was lost, and the store has not seen the change either
    if not one.stopped:
        return progress
    # A deed of which a part was never written does not end well, however well the rest goes.
    stage = Stage.FAILED if progress.stage is Stage.DONE else progress.stage
    return Progress(stage, f"{progress.text}; {one.stopped}")
