"""One application's sync as a board: phases and waves in their order, those that have not begun as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tui.model.application import Application, OperationState, ResourceResult
from tui.model.board_moving import Moving, ReadyOf
from tui.model.goose import GooseKind
from tui.model.hook_runs import HookRun, same_spec
from tui.model.hooks import ORDER, SYNC, SYNCFAIL, Hook, Manifests, MigrationFile, Plain, Rows
from tui.model.schema import Schema, Waiting
from tui.model.step import OPEN, Board, Standing, Step, StepState, WaveGroup, after
from tui.model.verdict import Verdict
from tui.model.waves import behind

_FAILED = ("Failed", "FailureTarget")


def is_moving(application: Application) -> bool:
    """Whether an operation was asked for or runs; one that runs without having been asked is a ghost."""
    state = application.state
    return application.operation is not None or (state is not None and not state.over)


def board(
    application: Application,
    manifests: Manifests,
    known: Sequence[HookRun],
    *,
    waiting: tuple[Hook, ...] = (),
    verdicts: tuple[Verdict, ...] = (),
    versions: Mapping[str, int] | None = None,
    schemas: Mapping[str, Schema] | None = None,
    blocked: Callable[[str], Waiting | None] = lambda database: None,
    others: Mapping[str, tuple[str, ...]] | None = None,
    ready: ReadyOf | None = None,
    problem: str = "",
) -> Board:
    """The board of an application. `known` are the runs of its hooks, newest first; `versions` is what each
    database has reached before the hooks that have not ended, `schemas` what PostgreSQL says itself."""
    moving, state = is_moving(application), application.state
    rows = Rows() if state is None or (moving and state.over) else Rows(state.results)
    groups = _groups(manifests, rows)
    if moving:
        groups = Moving(application, known, ready).groups(groups)
    else:
        groups = _at_rest(state, rows, groups, known, waiting)
    said = {id(one.hook): one for one in verdicts}
    groups = [
        replace(
            group,
            steps=tuple(
                _told(
                    replace(step, others=(others or {}).get(step.hook.database, ())),
                    known,
                    said.get(id(step.hook)),
                    _before(step, versions or {}, schemas or {}),
                    blocked,
                )
                for step in group.steps
            ),
        )
        for group in groups
    ]
    return Board(application, manifests, tuple(groups), moving, waiting, verdicts, problem)


def _before(step: Step, versions: Mapping[str, int], schemas: Mapping[str, Schema]) -> int | None:
    """The database's version before that hook: PostgreSQL's own word, unless the hook works on it."""
    schema = schemas.get(step.hook.database)
    at_work = step.state is StepState.RUNNING and step.run is not None and step.run.created
    if schema is not None and schema.version is not None and (not at_work or schema.at < at_work):
        return schema.version
    return versions.get(step.hook.database)


def _told(
    step: Step,
    known: Sequence[HookRun],
    verdict: Verdict | None,
    before: int | None,
    blocked: Callable[[str], Waiting | None],
) -> Step:
    """With its verdict, the files that are expected to be applied, and what its database waits for."""
    todo: tuple[MigrationFile, ...] = ()
    if before is not None and step.state in OPEN:
        todo = tuple(file for file in step.hook.files if file.version > before)
    waits = blocked(step.hook.database) if step.state is StepState.RUNNING else None
    ahead = _newest_of_image(step, known)
    return replace(step, verdict=verdict, before=before, todo=todo, newest=ahead, blocked=waits)


def _newest_of_image(step: Step, known: Sequence[HookRun]) -> int | None:
    """The last version that its image has, where goose found the database beyond it: by what runs of it
    reached, else by the files that the checkout has of it."""
    run = step.run
    goose = run.goose if run is not None else None
    if run is None or run.health is None or goose is None or goose.state is not GooseKind.NOTHING:
        return None
    own = [one for one in known if one.recording is not None and step.hook.is_named(one.namespace, one.name)]
    found = behind(run.health.job, goose, [one.recording for one in own if one.recording is not None])
    if found is None and step.hook.files and goose.version is not None:
        found = step.hook.files[-1].version if step.hook.files[-1].version < goose.version else None
    return found


def _groups(manifests: Manifests, rows: Rows) -> list[WaveGroup]:
    """Groups of all that is expected, where nothing stands anywhere yet; SyncFail only once it runs."""
    hooks: dict[tuple[str, int], list[Hook]] = defaultdict(list)
    plain: dict[tuple[str, int], list[Plain]] = defaultdict(list)
    for hook in manifests.hooks:
        if hook.phase != SYNCFAIL or rows.of(hook) is not None:
            hooks[hook.phase, hook.wave].append(hook)
    for one in manifests.resources:
        plain[SYNC, one.wave].append(one)
    keys = sorted({*hooks, *plain}, key=lambda key: (ORDER.get(key[0], 9), key[1]))
    return [
        WaveGroup(
            *key,
            tuple(Step(hook, Standing(StepState.WAITS)) for hook in hooks.get(key, ())),
            tuple(plain.get(key, ())),
            sum(rows.plain(one) is not None for one in plain.get(key, ())),
        )
        for key in keys
    ]


def _at_rest(
    state: OperationState | None,
    rows: Rows,
    groups: Sequence[WaveGroup],
    known: Sequence[HookRun],
    waiting: Sequence[Hook],
) -> list[WaveGroup]:
    """Nothing moves: how each hook ended, and which a sync would run."""
    due = {id(hook) for hook in waiting}
    made = []
    failed: WaveGroup | None = None
    for group in groups:
        steps = tuple(
            _rested(step.hook, state, rows.of(step.hook), known, id(step.hook) in due, failed)
            for step in group.steps
        )
        group = replace(group, steps=steps)
        if group.resources:
            group = replace(group, standing=_resources_at_rest(state, rows, group, failed))
        made.append(group)
        if failed is None and any(step.state is StepState.FAILED for step in steps):
            failed = group
    return made


def _resources_at_rest(
    state: OperationState | None, rows: Rows, group: WaveGroup, failed: WaveGroup | None
) -> Standing:
    if failed is not None:
        return after(group.phase, failed)
    if state is None:
        return Standing(StepState.NEXT, "never deployed")
    found = [row for one in group.resources if (row := rows.plain(one)) is not None]
    for row in found:
        if row.status == "SyncFailed" or row.hook_phase in _FAILED:
            return Standing(StepState.FAILED, f"{row.kind} {row.name}: {row.message}")
    if state.phase != "Succeeded" and not found:
        return Standing(StepState.NOT_RUN, "not run")
    return Standing(StepState.DONE, f"{group.applied} applied" if group.applied else "unchanged")


def _rested(
    hook: Hook,
    state: OperationState | None,
    row: ResourceResult | None,
    known: Sequence[HookRun],
    due: bool,
    failed: WaveGroup | None,
) -> Step:
    of_it = [run for run in known if hook.is_named(run.namespace, run.name)]
    run = of_it[0] if of_it else None
    last = next((one for one in of_it if one is not run and one.complete), None)
    in_last = run is not None and state is not None and run.created >= state.started - 1.0

    def stands(state: StepState, words: str = "", good: HookRun | None = last) -> Step:
        return Step(hook, Standing(state, words), run, good)

    if row is not None and row.hook_phase in ("Failed", "Error"):
        return stands(StepState.FAILED, row.message)
    if run is not None and run.status in _FAILED and (in_last or due):
        return stands(StepState.FAILED)
    if failed is not None and not in_last:
        return Step(hook, after(hook.phase, failed), run, last)
    if due and not (run is not None and run.complete and same_spec(hook, run)):
        return stands(StepState.NEXT, "next sync", run if run is not None and run.complete else last)
    if run is None and row is None:
        return stands(StepState.DONE, "not seen")
    return stands(StepState.DONE)
