"""Deeds on their way: followed step by step, told when a part failed, taken up again after a leave."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.demo_world import World
from tests.records_of import filled, put, workload
from tui.actions.base import Asked
from tui.actions.restart import RESTART
from tui.carry import Outcome
from tui.clock import SystemClock
from tui.deeds import Deeds
from tui.journal import Entry, Journal
from tui.known_ready import JOURNAL, SEEN
from tui.model.deed import Result
from tui.model.environment import Environment
from tui.model.plan import Awaited, Plan, Progress, Stage
from tui.model.workload import Workload
from tui.present.deed import sections
from tui.store import Link, LinkState, Store

OPEN = Environment("production")


@pytest.fixture
def store() -> Store:
    """The small scene, read in full."""
    found = filled(World("small"))
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        found.set_link(kind, "", Link(LinkState.LIVE, 0.0))
    return found


class Stopped(SystemClock):
    """Shows the time that a test sets."""

    def __init__(self, at: float) -> None:
        self.at = at

    def now(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Stopped:
    return Stopped(1000.0)


@pytest.fixture
def deeds(tmp_path: Path, clock: Stopped) -> Deeds:
    return Deeds(Journal(tmp_path), clock, "ann")


def plan(store: Store, *names: str) -> Plan:
    targets = tuple(workload(store, "Deployment", "services", name) for name in names)
    return RESTART.plan(Asked(store, OPEN, targets))


def outcome(made: Plan, *stages: Stage) -> Outcome:
    results = tuple(
        Result(step, stage, f"{stage}", id=step.target.name)
        for step, stage in zip(made.steps, stages, strict=False)
    )
    text = (
        "accepted"
        if len(made.steps) == 1
        else f"{stages.count(Stage.ACCEPTED)} of {len(made.steps)} accepted"
    )
    return Outcome(stages[-1], text, results)


def changed(store: Store, name: str) -> Workload:
    """Its template is another one; its rollout stays complete."""
    one = workload(store, "Deployment", "services", name)
    return put(store, replace(one, spec=b'{"another": 1}'))


def test_a_deed_has_a_time_for_each_stage(store: Store, deeds: Deeds, clock: Stopped) -> None:
    made = plan(store, "auth")
    deeds.began(made, outcome(made, Stage.ACCEPTED), 1000.0)
    assert deeds.follow({"production": store}) == []
    assert [one.plan.title for one in deeds.going("production")] == ["Restart auth"]
    clock.at = 1010.0
    put(store, replace(changed(store, "auth"), updated=1))
    assert deeds.follow({"production": store}) == []
    clock.at = 1041.0
    changed(store, "auth")
    put(store, replace(workload(store, "Deployment", "services", "auth"), updated=3))
    (ended, _), *_ = deeds.follow({"production": store})
    assert [(moment.at, moment.progress.stage) for moment in ended.moments] == [
        (1000.0, Stage.ASKED),
        (1000.0, Stage.ACCEPTED),
        (1010.0, Stage.ROLLING),
        (1041.0, Stage.DONE),
    ]
    assert deeds.going() == []
    (shown,) = sections(deeds.all)
    assert shown.title == "production: Restart auth"
    assert "".join(span.text for span in shown.lines[-1]) == "00:17:21  done      revision 3, 41 s"


def test_steps_before_a_failing_one_are_followed_and_told(store: Store, deeds: Deeds) -> None:
    made = plan(store, "auth", "personal", "search")
    one = deeds.began(made, outcome(made, Stage.ACCEPTED, Stage.FAILED), 1000.0)
    assert [step.target.name for step in one.plan.steps] == ["auth"]
    assert not one.progress.stage.over
    changed(store, "auth")
    ((ended, _),) = deeds.follow({"production": store})
    assert ended.progress.stage is Stage.FAILED
    assert ended.progress.text == "done, revision 3, 0 s; 1 of 3 accepted"


def test_a_deed_of_which_nothing_was_written_is_over(store: Store, deeds: Deeds) -> None:
    made = plan(store, "auth")
    assert deeds.began(made, outcome(made, Stage.FAILED), 1000.0).progress.stage is Stage.FAILED
    assert deeds.going() == []


def test_a_lost_answer_is_not_taken_for_a_yes_and_not_waited_for_without_end(
    store: Store, deeds: Deeds, clock: Stopped
) -> None:
    made = plan(store, "auth")
    deeds.began(made, outcome(made, Stage.UNKNOWN), 1000.0)
    deeds.follow({"production": store})
    assert deeds.all[0].progress.stage is Stage.UNKNOWN
    clock.at = 1061.0
    ((ended, _),) = deeds.follow({"production": store})
    assert ended.progress.text.startswith("auth is as it was before: not written, or undone by others")


def test_what_a_stale_store_does_not_hold_is_not_gone(store: Store, deeds: Deeds) -> None:
    made = plan(store, "auth")
    deeds.began(made, outcome(made, Stage.ACCEPTED), 1000.0)
    store.drop("Deployment")
    store.set_link("Deployment", "", Link(LinkState.STALE, 0.0))
    assert deeds.follow({"production": store}) == []
    store.set_link("Deployment", "", Link(LinkState.LIVE, 0.0))
    ((ended, _),) = deeds.follow({"production": store})
    assert ended.progress.text == "auth was deleted, 0 s"


async def test_what_only_waited_has_its_end_when_the_cockpit_is_left(
    store: Store, deeds: Deeds, tmp_path: Path
) -> None:
    then = plan(store, "auth")
    awaited = Awaited(then.steps[0].target, "migrates auth_db")
    waiting = replace(then, steps=(), awaits=(awaited,), then=then)
    one = deeds.began(waiting, Outcome(Stage.ASKED, "waits for identity"), 1000.0)
    assert deeds.on_leaving() == "1 deed is not at its end; not begun when you leave: auth. Again to leave."
    await deeds.note(one, "left")
    (line,) = Journal(tmp_path).entries()
    assert (line.phase, line.target, line.plan) == ("end", then.steps[0].target, "Restart auth")
    assert line.outcome == "failed: not begun: the cockpit was left, waits for identity"
    assert await Deeds(Journal(tmp_path), SystemClock(), "ann").recall() == []


async def test_what_waited_for_one_that_failed_is_in_the_journal(
    store: Store, deeds: Deeds, tmp_path: Path
) -> None:
    made = replace(plan(store, "auth"), then=plan(store, "personal"))
    one = deeds.began(made, outcome(made, Stage.ACCEPTED), 1000.0)
    await deeds.note(one.moved(1001.0, Progress(Stage.FAILED, "auth was deleted")), "end")
    told = [(line.target.name, line.outcome) for line in Journal(tmp_path).entries()]
    assert told == [
        ("auth", "failed: auth was deleted"),
        ("personal", "failed: not begun: auth was deleted"),
    ]


async def test_what_was_left_is_taken_up_again_and_its_end_known_as_ready(
    store: Store, deeds: Deeds, tmp_path: Path
) -> None:
    made = plan(store, "auth")
    await deeds.note(deeds.began(made, outcome(made, Stage.ACCEPTED), 1000.0), "left")
    later = Stopped(2000.0)
    again = Deeds(Journal(tmp_path), later, "ann")
    (left,) = await again.recall()
    assert (left.plan.title, left.at, left.left) == ("Restart auth", 1000.0, True)
    changed(store, "auth")
    ((ended, phase),) = again.follow({"production": store})
    assert ended.progress.text == "done, revision 3, 16 min 40 s"
    await again.note(ended, phase, store)
    assert phase == "end"
    assert again.follow({"production": store}) == []  # ready for a moment only, as far as is known
    later.at += 31.0
    ((steady, phase),) = again.follow({"production": store})
    await again.note(steady, phase, store)
    assert phase == "ready"
    third = Deeds(Journal(tmp_path), Stopped(3000.0), "ann")
    assert await third.recall() == []
    newest = max(
        store.children(made.steps[0].target.uid, "ReplicaSet"),
        key=lambda one: int(one.meta.annotations["deployment.kubernetes.io/revision"]),
    )
    assert third.ready.of("production") == {newest.meta.uid: JOURNAL}


def test_what_another_living_cockpit_follows_is_not_ours_to_tell(store: Store, tmp_path: Path) -> None:
    target = plan(store, "auth").steps[0].target
    entry = Entry(1.0, "one", "outcome", "ann", "production", "restart", target, "Restart auth")
    script = (
        "import sys; from pathlib import Path; from tui.journal import *; from tui.model.plan import Target\n"
        "Journal(Path(sys.argv[1])).append(Entry(1.0, 'one', 'outcome', 'ann', 'production', 'restart',"
        " Target('Deployment', 'services', 'auth', 'uid'), 'Restart auth'))\n"
        "print('written', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == b"written\n"
        assert Journal(tmp_path).open_deeds() == []
        other.stdin.close()
        other.wait()
    assert [one.plan for one in Journal(tmp_path).open_deeds()] == [entry.plan]


def test_two_cockpits_never_mix_lines(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tui.journal import *; from tui.model.plan import Target\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for number in range(100):\n"
        "    journal.append(Entry(1.0, f'{sys.argv[2]}-{number}', 'asked', 'ann', 'production', 'restart',"
        " Target('Deployment', 'services', 'auth', 'uid'), sys.argv[2] * 3000))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    entries = list(Journal(tmp_path).entries())
    assert sorted(one.id for one in entries) == sorted(f"{name}-{n}" for name in "ab" for n in range(100))
    assert all(one.plan == one.id[0] * 3000 for one in entries)


def test_revisions_that_are_seen_ready_are_known(store: Store, deeds: Deeds, clock: Stopped) -> None:
    deeds.follow({"production": store})
    known = deeds.ready.of("production")
    assert known == {}
    clock.at += 31.0
    deeds.follow({"production": store})
    assert set(known.values()) == {SEEN}
    for kind, namespace, name in (
        ("StatefulSet", "data", "postgres"),
        ("DaemonSet", "observability", "log-agent"),
    ):
        owner = workload(store, kind, namespace, name)
        kept = store.children(owner.meta.uid, "ControllerRevision")
        assert sum(one.meta.uid in known for one in kept) == 1
    personal = workload(store, "Deployment", "services", "personal")
    sets = [one for one in store.children(personal.meta.uid, "ReplicaSet") if one.meta.uid in known]
    assert [one.meta.annotations["deployment.kubernetes.io/revision"] for one in sets] == ["2"]
