"""The filter line: what its text means, and that keys give the focus back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.widgets import Button, Static

from widgets.filter_bar import Filter, FilterBar


@pytest.mark.parametrize(
    ("text", "matching", "other"),
    [
        ("AUTH", "auth-7f", "billing"),
        ("~^a.*h$", "Auth", "auth-7f"),
        ("!auth", "billing", "auth-7f"),
        ("! auth", "billing", "auth-7f"),
        ("!~a|b", "c", "xa"),
        ("[/x]", "a [/x] b", "x"),
    ],
)
def test_what_a_filter_means(text: str, matching: str, other: str) -> None:
    meant = Filter.parse(text)
    assert meant.matches(matching)
    assert not meant.matches(other)
    assert meant.error == ""


@pytest.mark.parametrize("text", ["~(", "!~[a", "~*"])
def test_bad_expression_says_so_and_hides_nothing(text: str) -> None:
    meant = Filter.parse(text)
    assert meant.error.startswith("not a regular expression")
    assert meant.matches("anything")
    assert not meant


@pytest.mark.parametrize("text", ["", "  ", "!", "~", "!~"])
def test_half_typed_filters_hide_nothing(text: str) -> None:
    assert Filter.parse(text).matches("anything")
    assert not Filter.parse(text)


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_text_is_an_error_but_an_expression(text: str, line: str) -> None:
    meant = Filter.parse(text)
    assert isinstance(meant.matches(line), bool)
    assert not meant.error or "~" in text


class Stage(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield Button("table", id="table")
        yield FilterBar(prompt="search")

    @property
    def bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self.heard.append(("changed", message.filter.text))

    def on_filter_bar_kept(self, message: FilterBar.Kept) -> None:
        self.heard.append(("kept", message.filter.text))

    def on_filter_bar_cleared(self, message: FilterBar.Cleared) -> None:
        self.heard.append(("cleared", message.filter.text))


async def test_typing_tells_and_enter_keeps() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.query_one("#table").focus()
        assert not app.bar.is_open
        app.bar.open()
        await pilot.press("a", "b", "enter")
        assert app.heard == [("changed", "a"), ("changed", "ab"), ("kept", "ab")]
        assert app.focused is app.query_one("#table")
        assert app.bar.is_open
        assert app.bar.filter.text == "ab"


async def test_escape_clears_and_closes() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.query_one("#table").focus()
        app.bar.open()
        await pilot.press("a", "escape")
        assert app.heard == [("changed", "a"), ("cleared", "")]
        assert app.focused is app.query_one("#table")
        assert not app.bar.is_open
        app.bar.open()
        await pilot.press("b", "enter")
        assert app.heard[-1] == ("kept", "b")


async def test_enter_on_nothing_closes() -> None:
    app = Stage()
    async with app.run_test(size=(60, 8)) as pilot:
        app.query_one("#table").focus()
        app.bar.open()
        await pilot.press("enter")
        assert app.heard == [("cleared", "")]
        assert not app.bar.is_open


async def test_bad_expression_is_said_in_the_bar() -> None:
    app = Stage()
    async with app.run_test(size=(80, 8)) as pilot:
        app.bar.open()
        await pilot.press("~", "left_square_bracket")
        problem = app.bar.query_one("#problem", Static)
        assert "not a regular expression" in str(problem.content)
        assert problem.size.height == 1
