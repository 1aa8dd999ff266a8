"""The live table: the cursor is an object, whatever the rows do."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.message import Message

from widgets.filter import Filter
from widgets.live_table import Column, LiveTable, Row, Since, Span, Tone
from widgets.live_table_columns import fit, measure
from widgets.live_table_lines import Lines
from widgets.since import ago
from widgets.tone import printable

COLUMNS = (
    Column("name", "NAME", 10, most=16),
    Column("state", "STATE", 10, grow=1),
    Column("node", "NODE", 8, from_width=70),
    Column("age", "AGE", 4, right=True),
)


def row(
    name: str, state: str = "done", *, age: float | None = 900.0, rank: Any = None, sign: str = ""
) -> Row:
    return Row(
        id=f"uid-{name}",
        cells=((Span(name),), (Span(state, Tone.QUIET),), (Span("n1"),), (Since(age),)),
        keys=(name, rank, "n1", age),
        sign=Span(sign, Tone.BAD),
    )


class Stage(App[None]):
    """One table, a clock that the test sets, and every message of the table."""

    def __init__(self, columns: Sequence[Column] = COLUMNS) -> None:
        super().__init__()
        self.columns = columns
        self.time = 1000.0
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield LiveTable(self.columns, now=lambda: self.time, markable=True)

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    def on_live_table_highlighted(self, message: LiveTable.Highlighted) -> None:
        self.heard.append(message)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        self.heard.append(message)

    def on_live_table_marks_vanished(self, message: LiveTable.MarksVanished) -> None:
        self.heard.append(message)

    # Methods, since mypy takes a property for unchanged between two assertions.
    def targets(self) -> tuple[Hashable, ...]:
        return self.table.targets

    def cursor(self) -> Hashable | None:
        return self.table.cursor

    def text(self) -> list[str]:
        table = self.table
        return [table.render_line(y).text for y in range(table.size.height)]

    def names(self) -> list[str]:
        """First words of the lines under the header that have any."""
        return [line.strip(" !•").split()[0] for line in self.text()[1:] if line.strip()]


def rows(*names: str) -> list[Row]:
    return [row(name) for name in names]


async def test_first_rows_put_the_cursor_on_the_first_and_it_stays_with_its_object() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)):
        assert app.table.cursor is None
        app.table.set_rows(rows("b", "c"))
        assert app.cursor() == "uid-b"
        app.table.set_rows(rows("a", "b", "c"))
        assert app.cursor() == "uid-b"
        assert app.names() == ["a", "b", "c"]


async def test_cursor_keeps_its_screen_line_when_rows_come_above() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        first = [row(f"r{number:02}") for number in range(40)]
        app.table.set_rows(first)
        await pilot.press("G", "k", "k")
        line = next(y for y, text in enumerate(app.text()) if "r37" in text)
        app.time += 3
        app.table.set_rows([*rows("x1", "x2", "x3"), *first])
        await pilot.pause()
        assert app.cursor() == "uid-r37"
        assert "r37" in app.text()[line]


async def test_untouched_table_shows_the_new_worst_row_at_the_top() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        first = [row(f"r{number:02}") for number in range(40)]
        app.table.set_rows(first)
        app.table.set_rows([row("worst"), *first])
        await pilot.pause()
        assert app.names()[:2] == ["worst", "r00"]
        assert app.cursor() == "uid-r00"


async def test_object_that_goes_leaves_a_ghost_that_no_deed_can_hit() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("a", "b", "c"))
        await pilot.press("j")
        assert app.targets() == ("uid-b",)
        app.table.set_rows(rows("a", "c"))
        await pilot.press("enter")
        assert app.cursor() == "uid-b"
        assert app.table.cursor_row is None
        assert app.targets() == ()
        assert app.text()[2].endswith("gone ")
        assert (app.table.shown, app.table.total) == (2, 2)
        assert not any(isinstance(message, LiveTable.Opened) for message in app.heard)
        await pilot.press("j")
        assert app.cursor() == "uid-c"
        assert app.names() == ["a", "c"]


async def test_object_that_comes_back_is_under_the_cursor_again() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("a", "b"))
        app.table.set_rows(rows("b"))
        assert app.targets() == ()
        app.table.set_rows(rows("b", "a"))
        assert app.targets() == ("uid-a",)
        assert not any("gone" in text for text in app.text())
        await pilot.pause()
        ids = [m.row_id for m in app.heard if isinstance(m, LiveTable.Highlighted)]
        assert ids == ["uid-a", "uid-a", "uid-a"]


async def test_order_is_held_after_a_key_and_let_go_at_the_tick() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("a", "b", "c"))
        await pilot.press("j")
        app.table.set_rows(rows("new", "c", "b"))
        assert app.names() == ["b", "c", "new"]
        app.time += 1.9
        app.table.tick()
        assert app.names() == ["b", "c", "new"]
        app.time += 0.2
        app.table.tick()
        assert app.names() == ["new", "c", "b"]
        assert app.cursor() == "uid-b"


async def test_marks_are_the_targets_and_one_that_vanished_is_said() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("a", "b", "c"))
        await pilot.press("G", "space", "g", "space", "j")
        assert app.targets() == ("uid-a", "uid-c")
        assert "•" in app.text()[1]
        app.table.set_rows(rows("b", "c"))
        await pilot.pause()
        assert app.targets() == ("uid-c",)
        said = [message.row_ids for message in app.heard if isinstance(message, LiveTable.MarksVanished)]
        assert said == [frozenset({"uid-a"})]
        app.table.clear_marks()
        assert app.targets() == ("uid-b",)


async def test_filter_hides_and_counts_hidden_marks() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("auth", "billing", "search"))
        await pilot.press("space")
        app.table.set_filter(Filter.parse("i"))
        assert app.names() == ["billing"]
        assert (app.table.shown, app.table.total, app.table.hidden_marks) == (1, 3, 1)
        assert app.cursor() == "uid-billing"
        app.table.set_filter(None)
        assert app.names() == ["auth", "billing", "search"]
        assert app.cursor() == "uid-billing"


async def test_row_under_the_cursor_stays_when_it_stops_to_match() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)):
        app.table.set_rows([row("a", "failed"), row("b", "failed"), row("c")])
        app.table.set_filter(Filter.parse("failed"))
        app.table.set_rows([row("a", "done"), row("b", "failed"), row("c")])
        assert app.names() == ["a", "b"]
        assert app.targets() == ("uid-a",)


async def test_filter_that_hides_all_leaves_no_target() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)):
        app.table.set_rows(rows("a", "b"))
        app.table.set_filter(Filter.parse("nothing"))
        assert app.targets() == ()
        app.table.set_rows(rows("a", "b", "nothing-yet"))
        assert app.targets() == ()
        app.table.set_filter(None)
        assert app.targets() == ("uid-a",)


async def test_sort_goes_through_the_columns_and_the_default_order() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        table = app.table
        table.set_rows([row("b", rank=2), row("a"), row("c", rank=1)])
        await pilot.press("greater_than_sign")
        assert (table.sort, app.names()) == (("name", False), ["a", "b", "c"])
        assert "NAME▲" in app.text()[0]
        await pilot.press("equals_sign")
        assert (table.sort, app.names()) == (("name", True), ["c", "b", "a"])
        await pilot.press("greater_than_sign", "equals_sign")
        assert (table.sort, app.names()) == (("state", True), ["b", "c", "a"])
        await pilot.press("less_than_sign", "less_than_sign")
        assert (table.sort, app.names()) == (None, ["b", "a", "c"])
        await pilot.press("less_than_sign")
        assert table.sort == ("age", False)
        assert "▲AGE" in app.text()[0]
        assert table.cursor == "uid-b"


async def test_only_lines_whose_time_changed_are_painted_again() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows([row("young", age=999.0), row("old", age=0.0), row("never", age=None)])
        await pilot.pause()
        strips = [app.table.render_line(y) for y in (1, 2, 3)]
        app.time += 1
        app.table.tick()
        again = [app.table.render_line(y) for y in (1, 2, 3)]
        assert again[0].text.endswith(" 2 s ")
        assert [before is after for before, after in zip(strips, again, strict=True)] == [False, True, True]
        assert again[2].text.endswith(" - ")


async def test_columns_grow_for_what_is_seen_and_shrink_only_when_asked() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("short"))
        assert app.text()[0].index("STATE") == 14
        app.table.set_rows([replace(row("a-name-of-14-c"), id="uid-short")])
        assert app.text()[0].index("STATE") == 18
        app.table.set_rows([replace(row("a-name-much-longer-than-that"), id="uid-short")])
        assert app.text()[0].index("STATE") == 20
        assert "a-name-much-lon… " in app.text()[1]
        app.table.set_rows(rows("short"))
        assert app.text()[0].index("STATE") == 20
        await pilot.resize_terminal(59, 10)
        assert app.text()[0].index("STATE") == 14


async def test_narrow_tables_drop_columns_and_cut_growing_ones_first() -> None:
    app = Stage()
    async with app.run_test(size=(90, 10)) as pilot:
        app.table.set_rows([row("identity", "stuck for four minutes")])
        assert "NODE" in app.text()[0]
        await pilot.resize_terminal(28, 10)
        assert "NODE" not in app.text()[0]
        assert app.text()[1] == "  identity    stuck…     1m "
        await pilot.resize_terminal(23, 10)
        assert app.text()[1] == "  identity  stu…    1m "
        assert all(cell_len(text) == 23 for text in app.text())


HOSTILE = [
    "\x1b[31mred",
    "new\nline",
    "tab\there",
    "c1\x9b",
    "bidi\u202eabc",
    "[bold]x[/bold]",
    "日本語",
    "e\u0301te",
    "👩‍💻",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_in_its_cells(text: str) -> None:
    app = Stage()
    async with app.run_test(size=(60, 6)) as pilot:
        app.table.empty = Content(text)
        await pilot.pause()
        app.text()
        app.table.set_rows([row(text, text * 9, sign=text)])
        await pilot.pause()
        line = app.table.render_line(1)
        assert line.cell_length == 60
        assert sum(cell_len(segment.text) for segment in line) == 60
        assert not any(printable(segment.text) != segment.text for segment in line)


async def test_the_scrollbar_covers_no_text_and_moves_no_column() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.set_rows(rows("a"))
        await pilot.pause()
        alone = app.text()[1]
        app.table.set_rows(rows("a", *(f"r{number}" for number in range(30))))
        await pilot.pause()
        assert app.table.show_vertical_scrollbar
        assert app.text()[1] == alone
        assert alone[-1] == " "  # the cell under the bar


async def test_empty_words_take_the_place_of_rows_and_stand_below_a_ghost() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.empty = "forbidden: needs list pods\nAsk [the] owner"
        assert [text.strip() for text in app.text()[1:3]] == ["forbidden: needs list pods", "Ask [the] owner"]
        app.table.set_rows(rows("a"))
        assert not any("forbidden" in text for text in app.text())
        app.table.set_rows([])
        await pilot.pause()
        assert app.text()[1].endswith("gone ")
        assert "forbidden" in app.text()[2]
        await pilot.press("j")
        assert app.table.cursor is None
        assert "forbidden" in app.text()[1]


async def test_cursor_line_is_tinted_by_focus_and_stale_rows_are_dim() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.set_rows(rows("a", "b"))
        await pilot.pause()
        focused, other = (next(iter(app.table.render_line(y))).style for y in (1, 2))
        app.screen.set_focus(None)
        await pilot.pause()
        blurred = next(iter(app.table.render_line(1))).style
        assert focused is not None
        assert other is not None
        assert blurred is not None
        assert len({focused.bgcolor, other.bgcolor, blurred.bgcolor}) == 3
        app.table.stale = True
        assert all(segment.style and segment.style.dim for segment in app.table.render_line(2))


@pytest.mark.parametrize("focus", [True, False])
async def test_cursor_is_seen_without_colours(monkeypatch: pytest.MonkeyPatch, focus: bool) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.set_rows(rows("a", "b"))
        if not focus:
            app.screen.set_focus(None)
        await pilot.pause()
        style = next(iter(app.table.render_line(1))).style
        assert style is not None
        assert style.reverse if focus else style.underline


async def test_cursor_hides_no_tone_in_the_terminals_own_palette() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.theme = "ansi-dark"
        app.table.set_rows(rows("a", "b"))
        await pilot.pause()
        styles = [segment.style for segment in app.table.render_line(1)]
        assert styles
        for style in styles:
            assert style is not None
            assert style.reverse
            assert style.bgcolor is not None
            assert style.bgcolor.is_default


async def test_select_goes_to_an_object_and_forget_begins_anew() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.set_rows([row(f"r{number:02}") for number in range(40)])
        assert app.table.select("uid-r30")
        await pilot.pause()
        assert "r30" in app.names()
        assert not app.table.select("uid-nobody")
        assert app.cursor() == "uid-r30"
        app.table.forget()
        assert (app.cursor(), app.table.total) == (None, 0)
        app.table.set_rows(rows("z"))
        assert app.names() == ["z"]
        assert app.targets() == ("uid-z",)


async def test_page_keys_and_scroll_reach_both_ends() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.set_rows([row(f"r{number:02}") for number in range(40)])
        await pilot.press("pagedown")
        assert app.cursor() == "uid-r07"
        await pilot.press("G")
        assert (app.cursor(), app.names()[-1]) == ("uid-r39", "r39")
        await pilot.press("pageup", "home")
        assert (app.cursor(), app.names()[0]) == ("uid-r00", "r00")


async def test_click_moves_the_cursor_to_the_line() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.set_rows(rows("a", "b", "c"))
        await pilot.click(LiveTable, offset=(5, 3))
        assert app.cursor() == "uid-c"
        await pilot.click(LiveTable, offset=(5, 6))
        assert app.cursor() == "uid-c"


async def test_other_columns_begin_anew() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.table.set_rows(rows("a", "b"))
        await pilot.press("greater_than_sign")
        app.table.set_columns([Column("only", "", 10)])
        assert (app.table.total, app.table.sort) == (0, None)
        app.table.set_rows([Row("x", ((Span("alone"),),))])
        assert app.text()[0].strip() == "alone"
        await pilot.press("greater_than_sign")
        assert app.table.sort == ("only", False)


@pytest.mark.parametrize("seed", range(3))
async def test_cursor_line_is_always_on_screen_and_shows_its_object(seed: int) -> None:
    rng = random.Random(seed)
    app = Stage()
    names = [f"r{number:03}x" for number in range(60)]
    async with app.run_test(size=(50, 9)) as pilot:
        table = app.table
        for _ in range(40):
            before, screen_line = table.cursor, table.lines.at - table.scroll_offset.y
            match rng.choice(["rows", "rows", "key", "time"]):
                case "rows":
                    table.set_rows(rows(*rng.sample(names, rng.choice([0, 3, 20, 55]))))
                    assert before is None or table.cursor == before
                    after = table.lines.at - table.scroll_offset.y
                    clamped = table.scroll_offset.y in (0, table.max_scroll_y)
                    assert before is None or after == screen_line or clamped
                case "key":
                    await pilot.press(rng.choice(["j", "k", "g", "G", "pagedown", "pageup", "space"]))
                case "time":
                    app.time += 3
                    table.tick()
                    assert table.cursor == before
            await pilot.pause()
            if table.lines.at >= 0:
                line = app.text()[1 + table.lines.at - table.scroll_offset.y]
                assert str(table.cursor).removeprefix("uid-") in line
                assert line.endswith("gone ") == (table.cursor_row is None)


def test_of_two_rows_with_one_id_the_first_is_shown() -> None:
    lines = Lines()
    first, second = row("a", "one"), row("a", "two")
    lines.replace([first, second], held=False)
    assert lines.shown == [first]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (41.9, "41 s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (172_799, "47h"), (172_800, "2d")],
)
def test_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words


@given(
    st.integers(0, 200),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 40), st.integers(0, 2)), max_size=8),
)
def test_columns_never_vanish_nor_overflow_when_there_is_room(
    width: int, shapes: list[tuple[int, int, int]]
) -> None:
    columns = [
        Column(str(number), "T", size, most=most, grow=grow)
        for number, (size, most, grow) in enumerate(shapes)
    ]
    places = fit(columns, measure(columns, [], 0.0, [column.width for column in columns]), width)
    assert len(places) == len(columns)
    assert all(place.width >= min(column.width, 4) for place, column in zip(places, columns, strict=True))
    floors = sum(min(column.width, 4) for column in columns)
    if places and width >= 2 + 2 * (len(places) - 1) + floors:
        assert 2 + 2 * (len(places) - 1) + sum(place.width for place in places) <= width


KEYS = st.sampled_from(["down", "up", "first", "last", "mark", "sort", "filter", "let go"])
STEPS = st.lists(st.one_of(KEYS, st.lists(st.integers(0, 12), unique=True, max_size=12)), max_size=40)


@settings(deadline=None, max_examples=300)
@given(STEPS, st.booleans())
def test_only_movements_and_filters_change_whom_the_cursor_means(
    steps: list[str | list[int]], held: bool
) -> None:
    lines = Lines()
    rng = random.Random(len(steps))
    pool = {number: row(f"r{number}", rank=rng.choice([None, number])) for number in range(13)}
    for step in steps:
        before: Hashable = lines.cursor
        if isinstance(step, list):
            lines.replace([pool[number] for number in step], held)
            assert before is None or lines.cursor == before
        elif step == "mark":
            lines.toggle_mark()
        elif step == "sort":
            lines.sort = rng.choice([None, (0, True), (1, False)])
            lines.arrange()
        elif step == "filter":
            lines.set_filter(Filter.parse(rng.choice(["", "r1", "!r1", "nobody"])))
        elif step == "let go":
            lines.arrange()
        else:
            lines.move({"down": lines.at + 1, "up": lines.at - 1, "first": 0, "last": 99}[step])
        if step in ("mark", "sort", "let go"):
            assert before is None or lines.cursor == before
        alive = {line.id for line in lines.rows}
        assert set(lines.targets()) <= alive
        assert lines.marks <= alive
        if lines.current is not None:
            assert lines.current.id == lines.cursor
            assert lines.current in lines.rows
        if lines.at >= 0:
            assert lines.shown[lines.at].id == lines.cursor
        assert len({line.id for line in lines.shown}) == len(lines.shown)
