"""A plan in sections: what is said of targets, changes, remarks and the command."""

from __future__ import annotations

from tui.model.plan import Change, Plan, Refusal, Remark, Step, Target, Weight
from tui.present.plan import sections
from widgets.tone import Tone

AUTH = Target("Deployment", "services", "auth", "uid-1")


def test_a_plan_says_all_that_the_operator_has_to_know() -> None:
    plan = Plan(
        "restart",
        "production",
        "Restart auth",
        (Step("restart", AUTH, "Restart auth"),),
        changes=(Change("image", "auth:2", "auth:1"), Change("env", "", "A=1")),
        remarks=(Remark(Weight.LOOK, "one replica"),),
        refused=(Refusal(Target("Deployment", "services", "personal", "uid-2"), "paused"),),
        command="kubectl rollout restart deploy/auth",
    )
    shown = [["".join(span.text for span in line) for line in part.lines] for part in sections(plan)]
    assert shown == [
        ["Restart auth", "services / Deployment auth   uid uid-1"],
        ["image   auth:2 → auth:1", "env     unset → A=1"],
        ["! one replica", "✗ left out: personal: paused"],
        ["Same as  kubectl rollout restart deploy/auth"],
    ]
    assert [part.title for part in sections(plan)] == ["", "What changes", "What to know", ""]
    assert sections(plan)[2].lines[0][0].tone is Tone.LOOK


def test_what_there_is_nothing_to_say_of_has_no_title() -> None:
    plan = Plan("restart", "production", "Restart auth", (Step("restart", AUTH, "Restart auth"),))
    assert [part.title for part in sections(plan)] == [""]
