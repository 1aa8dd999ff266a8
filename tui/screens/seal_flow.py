"""From filled fields to written ciphertext: sealed, opened by the controller, planned, confirmed, written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from textual.binding import Binding

from tui.actions.seal_plan import Wanted, cluster_plan, file_plan
from tui.chart_draft import Draft, draft
from tui.errors import DeployError, Refused
from tui.model.plan import Plan, Remark, Stage, Weight
from tui.screens.asked import carried, journal_state
from tui.screens.confirm import Confirm
from tui.screens.text import Page
from tui.seal import Request, Result, guard, seal
from tui.wire.git import commit_line, facts
from widgets.plan_body import Section
from widgets.tone import Span, Tone

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.screens.seal import SealForm
    from tui.seal_desk import Desk
    from tui.session import Session


async def seal_form(form: SealForm) -> None:
    """What is refused is said in the form, which keeps all that was typed."""
    try:
        result, remarks = await _sealed(form)
        if form.destination.place is None and not form.destination.cluster:
            _to_clipboard(form, result)
            return
        plan, look = _plan(form, result, remarks)
    except DeployError as error:
        form.wrong(str(error))
        return
    outcome = await confirmed(form.cockpit, form.session, form.desk, plan, look)
    if outcome is Stage.FAILED:
        form.wrong(
            "Nothing was written; what you typed is kept. Seal looks at the file and the cluster again."
        )
        form.look()
    elif outcome is not None:
        form.close()
        form.cockpit.run_worker(
            tell(form.cockpit, form.desk, plan), group="seal"
        )  # the form's own end with it


async def confirmed(
    cockpit: Cockpit, session: Session, desk: Desk, plan: Plan, look: Callable[[], str]
) -> Stage | None:
    """Asks and writes through the gate; None when it was not confirmed."""
    journal = await journal_state(cockpit)
    environment = desk.environment
    dialog = Confirm(environment, plan, cockpit.colour(environment), look, journal)
    agreed = await cockpit.push_screen_wait(dialog)
    if agreed is None:
        return None
    return (await carried(cockpit, session, agreed)).stage


async def _sealed(form: SealForm) -> tuple[Result, tuple[Remark, ...]]:
    """Ciphertext, and what is odd; Refused with all that is wrong. The copies of values are forgotten."""
    wanted, chosen = form.seal, form.chosen
    twice = form.rows.twice()
    if twice:
        raise Refused(f"given twice: {', '.join(twice)}", "nothing was sealed")
    if chosen is None:
        raise Refused("there is no certificate to seal with", "see above")
    values = form.rows.values()
    try:
        result = seal(Request(wanted, values, chosen.certificate, frozenset(form.destination.kept)))
    finally:
        for value in values.values():
            value.forget()
    place = form.destination.place
    if place is not None:
        await guard(place, wanted, form.desk.controller if chosen.newest is not None else None)
    remarks = [Remark(Weight.LOOK, words) for words in result.remarks]
    remarks.append(await _opened(form.desk, result, asked=chosen.newest is not None))
    about = f"{chosen.certificate.short} from {chosen.certificate.origin}"
    remarks.append(Remark(Weight.QUIET, f"sealed with {about}{f'; {chosen.note}' if chosen.note else ''}"))
    return result, (*remarks, *(Remark(Weight.LOOK, words) for words in form.destination.remarks), *form.git)


async def _opened(desk: Desk, result: Result, *, asked: bool) -> Remark:
    """The controller's word, before anything is written."""
    if not asked:
        return Remark(Weight.LOOK, "no controller was asked whether it can open it")
    try:
        shut = await desk.controller.unopened(result.thing)
    except DeployError as error:
        return Remark(Weight.LOOK, f"not verified: {error.title}")
    if shut:
        title = f"{desk.controller.place} can't open {', '.join(shut)}"
        raise Refused(title, "another cluster's certificate? Nothing was written")
    return Remark(Weight.GOOD, f"{desk.controller.place} can open it")


def _plan(form: SealForm, result: Result, remarks: tuple[Remark, ...]) -> tuple[Plan, Callable[[], str]]:
    wanted = Wanted(form.desk.environment.name, form.seal, remarks=(*remarks, *form.remarks))
    place = form.destination.place
    if place is not None:
        made = draft(place, form.seal, result.encrypted)
        return file_plan(wanted, made, form.desk.short(place.file)), watching(made)
    there = form.lens.sealed if form.lens is not None else None
    plan = cluster_plan(wanted, there, result.encrypted, result.thing)
    store, before = form.session.store, form.lens

    def look() -> str:
        now = store.get("SealedSecret", wanted.seal.namespace, wanted.seal.name)
        seen = before.sealed if before is not None else None
        if (now.meta.uid if now else "") == (seen.meta.uid if seen else ""):
            return ""
        return f"SealedSecret {wanted.seal.name} is another one now. Look again: esc."

    return plan, look


def watching(made: Draft) -> Callable[[], str]:
    """Says when the file is not as it was read: by its time and size, asked at each tick."""
    seen = _stamp(made.file)

    def look() -> str:
        if _stamp(made.file) == seen:
            return ""
        return f"{made.file.name} changed on disk. Look again: esc; what you typed is kept."

    return look


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = os.stat(file)
    except OSError:
        return 0, -1
    return found.st_mtime_ns, found.st_size


def _to_clipboard(form: SealForm, result: Result) -> None:
    form.cockpit.copy_to_clipboard(yaml.safe_dump(result.thing, sort_keys=False, width=2**30))
    words = f"SealedSecret {form.seal.name}: the ciphertext was sent to the clipboard."
    form.cockpit.notify(words, markup=False)
    form.close()


async def tell(cockpit: Cockpit, desk: Desk, plan: Plan) -> None:
    """After a file was written: what is left to do, and the line that commits it."""
    made = plan.steps[0].arguments.get("draft")
    if made is not None:
        cockpit.push_screen(await _written(desk, plan, made))


async def _written(desk: Desk, plan: Plan, made: Draft) -> Written:
    place = desk.short(made.file)
    line = ""
    try:
        root = (await facts(made.file, desk.clock)).root
        line = commit_line(root, made.file, f"{plan.title} for {plan.environment}")
    except DeployError as error:
        left = f"{error.title}: commit it where it belongs"
    else:
        left = "commit and push it; then it is deployed as everything else"
    told = [[Span(f"{place}: {made.words}")], [Span("written, not committed", Tone.LOOK)], [Span(left)]]
    known = [[Span(remark.text)] for remark in plan.remarks if remark.weight is not Weight.QUIET]
    sections = [Section(plan.title, Tone.BOLD, told), Section("What to know", Tone.LOOK, known)]
    if line:
        sections.append(Section("To commit it (c copies)", Tone.MOVING, [[Span(line)]]))
    return Written(sections, line)


class Written(Page):
    """`c` copies the line for git."""

    BINDINGS = [Binding("c,ctrl+y", "copy", "Copy the line", show=False)]

    def __init__(self, sections: list[Section], line: str) -> None:
        super().__init__("Sealed", sections)
        self._line = line

    def action_copy(self) -> None:
        """To the clipboard (OSC 52)."""
        if self._line:
            self.app.copy_to_clipboard(self._line)
            self.notify("The line was sent to the clipboard.", markup=False)
