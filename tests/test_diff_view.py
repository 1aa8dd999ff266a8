"""Plans and differences: what is folded, signed, wrapped and scrolled."""

from __future__ import annotations

from textual.app import App, ComposeResult

from widgets.diff_view import DiffView, difference
from widgets.plan_body import PlanBody, Section, wrapped
from widgets.tone import Span, Tone

OLD = "\n".join(f"key{n}: {n}" for n in range(30)) + "\n"
NEW = OLD.replace("key10: 10\n", "key10: ten\nkey10b: \x1b[31mred\n")

PLAN = (
    Section(lines=[[Span("Roll "), Span("auth", Tone.BOLD), Span(" back")]]),
    Section(
        "What to know",
        Tone.LOOK,
        [[Span("! ", Tone.LOOK), Span("Argo CD owns this and self-heal is off: the next sync goes forward")]],
    ),
)


class Both(App[None]):
    """A plan above a difference."""

    CSS = "PlanBody { max-height: 4; } DiffView { height: 6; }"

    def compose(self) -> ComposeResult:
        yield PlanBody(PLAN)
        yield DiffView()

    def rows(self, widget: PlanBody | DiffView) -> list[str]:
        """What is painted."""
        return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def test_what_did_not_change_is_folded() -> None:
    assert list(difference(OLD, NEW, ("now", "then"))) == [
        ("--- now", Tone.QUIET),
        ("+++ then", Tone.QUIET),
        ("⋯ 7 lines the same", Tone.QUIET),
        *((f"  key{n}: {n}", Tone.PLAIN) for n in (7, 8, 9)),
        ("- key10: 10", Tone.BAD),
        ("+ key10: ten", Tone.GOOD),
        ("+ key10b: red", Tone.GOOD),
        *((f"  key{n}: {n}", Tone.PLAIN) for n in (11, 12, 13)),
        ("⋯ 16 lines the same", Tone.QUIET),
    ]


def test_nothing_changed_is_said() -> None:
    assert list(difference(OLD, OLD, ("now", "then"))) == [("no difference", Tone.QUIET)]


async def test_a_difference_scrolls() -> None:
    app = Both()
    async with app.run_test(size=(40, 12)) as pilot:
        view = app.query_one(DiffView)
        view.set_diff(OLD, NEW, ("now", "then"))
        view.focus()
        await pilot.pause()
        assert app.rows(view)[0] == "--- now"
        await pilot.press("end")
        await pilot.wait_for_scheduled_animations()
        assert app.rows(view)[-1] == "⋯ 16 lines the same"
        view.set_diff(OLD, OLD, ("now", "then"))
        assert app.rows(view) == ["no difference", "", "", "", "", ""]


def test_sections_wrap_by_words_under_their_own_indent() -> None:
    assert [line.plain.rstrip() for line in wrapped(PLAN, 30)] == [
        "Roll auth back",
        "",
        "What to know",
        "  ! Argo CD owns this and",
        "    self-heal is off: the next",
        "    sync goes forward",
    ]


async def test_a_plan_taller_than_its_room_scrolls() -> None:
    app = Both()
    async with app.run_test(size=(32, 12)) as pilot:
        body = app.query_one(PlanBody)
        assert app.rows(body)[0] == "Roll auth back"
        body.scroll_end(animate=False)
        await pilot.pause()
        assert app.rows(body)[-1] == "    sync goes forward"
