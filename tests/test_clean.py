"""Foreign text: nothing that steers a terminal survives."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from widgets.clean import ansi_text, clean, clean_lines

HOSTILE = st.text(
    alphabet=st.sampled_from(
        "ab\x1b[]0;8:m\x07\x9b\x9d\x90\\\r\n\v\t\x00\x7f\u202e\u2066\u200b\u2028\ufe0f\ud800\U000e0041界e\u0301"
    )
)
STEERING = ("Cc", "Cs", "Zl", "Zp")
# Signs of Arabic, Syriac and others that stand before numbers: format characters by name, but seen.
SEEN = set(range(0x600, 0x606)) | {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
SEEN |= set(range(0x13430, 0x13440))


@given(HOSTILE)
def test_nothing_that_steers_survives(text: str) -> None:
    for shown in (clean(text), ansi_text(text).plain):
        assert not [c for c in shown if unicodedata.category(c) in (*STEERING, "Cf")]
        assert cell_len(shown) <= 2 * len(shown)


@given(HOSTILE)
def test_clean_text_is_left_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_no_character_of_all_that_steers_is_let_through() -> None:
    everything = "".join(map(chr, range(0x110000)))
    shown = {c for c in clean(everything) if unicodedata.category(c) in (*STEERING, "Cf")}
    assert {ord(c) for c in shown} <= SEEN


@pytest.mark.parametrize("start", ["\x9d", "\x1b]", "\x1b[", "\x1b[1", "\x1b[9", "\x1bP", "\x9b1;"])
def test_a_megabyte_of_broken_sequences_is_no_work(start: str) -> None:
    hostile = start * (1 << 18) + "\x1b[" + "9" * 10_000 + "mend"
    assert clean(hostile).endswith("end")
    assert ansi_text(hostile).plain.endswith("end")


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
        ("one\ntwo\r\nthree\n", "one two three"),
        ("un\x1b[", "un"),
        ("\x1b]0;never closed", ""),
        ("pay\u3164pal\ufe0f", "paypal"),
        ("[/x] [red]markup[/red]", "[/x] [red]markup[/red]"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_lines_are_cleaned_each() -> None:
    assert clean_lines("a\x07\nb\n") == ["a", "b"]


def test_colours_survive_as_styles() -> None:
    painted = ansi_text("\x1b[1;31mbad\x1b[0m good \x1b[38;5;208mx\x1b[48;2;1;2;3my")
    assert painted.plain == "bad good xy"
    styles = [span.style for span in painted.spans]
    assert [style.bold for style in styles if isinstance(style, Style)] == [True, None, None]
    assert [str(style) for style in styles] == ["bold color(1)", "color(208)", "color(208) on #010203"]


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("38:5:208", "color(208)"),
        ("38:2::1:2:3", "#010203"),
        ("38:2:1:2:3", "#010203"),
        ("38;2;1;2;3;1", "bold #010203"),
        ("4:3", "underline"),
        ("97;104", "color(15) on color(12)"),
        ("1;22", "not bold not dim"),
        ("8;5", "none"),  # neither hidden nor blinking
        ("38;5", "none"),
        ("38", "none"),
        ("31;0", "none"),
        ("31;", "none"),
    ],
)
def test_the_codes_that_are_known(codes: str, style: str) -> None:
    spans = ansi_text(f"\x1b[{codes}mx").spans
    assert [str(span.style) for span in spans] == ([style] if style != "none" else [])


def test_tabs_count_from_the_start_of_the_line() -> None:
    assert ansi_text("abc\x1b[31m\td").plain == "abc     d"


def test_a_colour_set_before_a_carriage_return_stays() -> None:
    assert [str(span.style) for span in ansi_text("\x1b[31m10%\r20%").spans] == ["color(1)"]


def test_a_progress_bar_shows_its_last_state() -> None:
    assert ansi_text("10%\r50%\r100%\r\n").plain == "100%"
