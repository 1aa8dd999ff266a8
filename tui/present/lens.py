"""The lens on a Secret in words: how it is, who reads which key and how, who runs with old values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from tui.model.lens import ALL, Consumer, Lens, SecretUse, needs_restart, restarts_needed
from tui.model.pod import Pod
from tui.model.secret_health import SecretHealth
from tui.model.workload import Workload
from tui.present.cells import TONES, moment
from tui.survey import Survey
from widgets.plan_body import Section
from widgets.tone import Span, Tone

Line = Sequence[Span]


def sections(survey: Survey, one: SecretHealth, key: Section) -> list[Section]:
    """The page of a Secret; `key` is what is known of the key that sealed it."""
    lens = one.lens
    found = [_state(survey, one), *([key] if key.title else []), _keys(lens)]
    running = [each for each in lens.consumers if each.runs_on]
    jobs = [each for each in lens.consumers if not each.runs_on]
    if running:
        lines = [_workload(survey, lens, each) for each in running]
        found.append(Section("Workloads that use it", Tone.BOLD, lines))
    if jobs:
        found.append(Section("Jobs that use it", Tone.BOLD, [_job(lens, each) for each in jobs]))
    if not lens.consumers:
        found.append(Section("No workload, Job or CronJob uses it", Tone.QUIET))
    stale = stale_workloads(survey, lens)
    if stale:
        names = ", ".join(each.meta.name for each in stale)
        found.append(Section(f"Next: r restarts {names}", Tone.ACCENT))
    return found


def stale_workloads(survey: Survey, lens: Lens) -> tuple[Workload, ...]:
    """Those that still run with what the Secret held before, as they are now."""
    consumers = restarts_needed(lens, lambda meta: _pods(survey, meta.kind, meta.uid))
    found = (survey.store.by_uid(one.meta.kind, one.meta.uid) for one in consumers)
    return tuple(one for one in found if isinstance(one, Workload))


def _pods(survey: Survey, kind: str, uid: str) -> list[Pod]:
    record = survey.store.by_uid(kind, uid)
    return survey.pods(cast(Workload, record)) if record is not None else []


def _state(survey: Survey, one: SecretHealth) -> Section:
    lens = one.lens
    lines: list[Line] = []
    if one.cause is not None:
        lines += [[Span(text)] for text in one.cause.evidence]
    if lens.sealed is not None:
        scope = str(lens.sealed.scope)
        written = lens.sealed.changed or lens.sealed.meta.created
        made = survey.secrets.key_made(lens.sealed)
        key = f", with a key of {moment(made)} at the latest" if made else ""
        lines.append([Span(f"SealedSecret of scope {scope}, written {moment(written)}{key}")])
    if lens.secret is not None:
        lines.append([Span(f"Secret last written {moment(lens.changed)}")])
    else:
        lines.append([Span("there is no Secret of that name")])
    if one.cause is not None:
        return Section(one.cause.text, TONES[one.cause.severity], lines)
    tone = Tone.MOVING if one.waits else Tone.GOOD if lens.sealed is not None else Tone.BOLD
    return Section(one.state, tone, lines)


def _keys(lens: Lens) -> Section:
    """Each key with those that ask for it by name; those that take all of them stand at the workloads."""
    sealed = lens.sealed.provides if lens.sealed is not None else ()
    named = {use.key for each in lens.consumers for use in each.uses if use.key != ALL}
    lines: list[Line] = []
    for key in (*sealed, *sorted(named - set(sealed))):
        who = [each.meta.name for each in lens.consumers if any(use.key == key for use in each.uses)]
        used = f"  {', '.join(who)}" if who else ""
        if key in lens.missing:
            need = "needs it" if len(who) == 1 else "need it"
            lines.append([Span(f"! {key}", Tone.LOOK), Span(f"{used} {need}, none has it", Tone.LOOK)])
        elif key in sealed:
            lines.append([Span(key), Span(used, Tone.QUIET)])
        else:
            lines.append([Span(key, Tone.QUIET), Span(f"{used} asks for it; not read whether it is there")])
    title = (
        "Keys" if lens.sealed is not None else "Keys that are asked for (those of a Secret are never read)"
    )
    return Section(title if lines else "No key is known", Tone.BOLD, lines)


def _workload(survey: Survey, lens: Lens, each: Consumer) -> Line:
    pods = _pods(survey, each.meta.kind, each.meta.uid)
    stale = needs_restart(each, pods, lens.changed)
    who = [Span(f"{each.meta.kind} {each.meta.name}"), Span(f"  {_how(each)}: ", Tone.QUIET)]
    if not each.reads_at_start:
        words = "at the next pull" if each.by == "pull" else "sees a change by itself, after a minute or so"
        return [*who, Span(words, Tone.QUIET)]
    if stale is None:
        return [*who, Span("there is no Secret that it could have read", Tone.LOOK)]
    if stale:
        return [*who, Span("needs a restart: it runs since before the last change", Tone.LOOK)]
    if not any(one.running_since is not None for pod in pods for one in pod.containers):
        return [*who, Span("no pod of it runs", Tone.QUIET)]
    return [*who, Span("no restart needed: it started after the last change", Tone.QUIET)]


def _job(lens: Lens, each: Consumer) -> Line:
    phase = f"{each.phase} " if each.phase else ""
    who = [Span(f"{phase}{each.meta.kind} {each.meta.name}"), Span(f"  {_how(each)}: ", Tone.QUIET)]
    if each in lens.early:
        words = "runs before the Sync phase makes this Secret: the first sync of a new namespace fails"
        return [*who, Span(words, Tone.LOOK)]
    return [*who, Span("reads it at its next run", Tone.QUIET)]


def _how(each: Consumer) -> str:
    """By env or volume, which keys: "env DATABASE_URL, all by volume"."""
    return ", ".join(dict.fromkeys(_use(use) for use in each.uses))


def _use(use: SecretUse) -> str:
    optional = " if there" if use.optional and use.how != "pull" else ""
    if use.how == "pull":
        return "to pull images"
    if use.key == ALL:
        return f"all by {use.how}{optional}"
    at = f" as {use.at}" if use.at not in ("", use.key) else ""
    return f"{use.how} {use.key}{at}{optional}"
