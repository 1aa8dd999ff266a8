"""Foreign text: nothing that steers a terminal survives."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from widgets.clean import ansi_text, clean, clean_lines

HOSTILE = st.text(
    alphabet=st.sampled_from("ab\x1b[]0;8m\x07\x9b\x9d\x90\\\r\n\t\x00\x7f\u202e\u2066\u200b界e\u0301")
)


@given(HOSTILE)
def test_nothing_that_steers_survives(text: str) -> None:
    for shown in (clean(text), ansi_text(text).plain):
        assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\tb", "a       b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;pwned\x07title", "title"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;AAAA\x07copied", "copied"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("one\ntwo", "one two"),
        ("[/x] [red]markup[/red]", "[/x] [red]markup[/red]"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_lines_are_cleaned_each() -> None:
    assert clean_lines("a\x07\nb") == ["a", "b"]


def test_colours_survive_as_styles() -> None:
    painted = ansi_text("\x1b[1;31mbad\x1b[0m good \x1b[38;5;208mx\x1b[48;2;1;2;3my")
    assert painted.plain == "bad good xy"
    styles = [span.style for span in painted.spans]
    assert [style.bold for style in styles if isinstance(style, Style)] == [True, None, None]
    assert [str(style) for style in styles] == ["bold color(1)", "color(208)", "color(208) on #010203"]


def test_a_progress_bar_shows_its_last_state() -> None:
    assert ansi_text("10%\r50%\r100%\r\n").plain == "100%"
