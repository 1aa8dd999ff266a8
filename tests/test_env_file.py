"""`.env` files in the quoting of shells, Docker, Compose and the dotenv libraries."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.model.env_file import BrokenLine, parse


def read(text: str) -> dict[str, str]:
    return {one.key: one.value.reveal().decode() for one in parse(text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b", "b"),
        ("export A=b", "b"),
        ("  export\tA=b  ", "b"),
        ("A = b", "b"),
        ("A=", ""),
        ("A=''", ""),
        ('A=""', ""),
        ("A='single $x \\n'", "single $x \\n"),
        ('A="two\\nlines"', "two\nlines"),
        ('A="two\nlines"', "two\nlines"),
        ("A='two\nlines'", "two\nlines"),
        ('A="quote \\" and \\\\ and \\$x"', 'quote " and \\ and $x'),
        ('A="unknown \\d escape"', "unknown \\d escape"),
        ('A="joined \\\nline"', "joined line"),
        ("A='x' # comment", "x"),
        ('A="x#y"', "x#y"),
        ("A=x#y", "x#y"),
        ("A=x # y", "x"),
        ("A=# y", ""),
        ("A=postgres://u:p@h/db?a=b&c=d", "postgres://u:p@h/db?a=b&c=d"),
        ("A=${HOME}", "${HOME}"),
        ("A=b\r\n", "b"),
        ('A="b\r\nc"\r\n', "b\nc"),
        ("\ufeffA=b", "b"),
        ("# A=x\n\n   # y\nA=b", "b"),
        ("A=two words", "two words"),
        ("A=pässwörd", "pässwörd"),
        ("A=x'y", "x'y"),
    ],
)
def test_common_quoting(text: str, value: str) -> None:
    assert read(text) == {"A": value}


def test_many_lines_keep_their_order() -> None:
    text = "B=1\nexport A='2'\n\nKEY.with-dots=\"3\n4\"\nC=5\n"
    assert list(read(text).items()) == [("B", "1"), ("A", "2"), ("KEY.with-dots", "3\n4"), ("C", "5")]
    assert [one.line for one in parse(text)] == [1, 2, 4, 6]


def test_the_last_of_equal_keys_counts_and_is_said() -> None:
    (found,) = parse("A=1\nA=2\n")
    assert (found.value.reveal(), found.remark) == (b"2", "given twice: the one in line 1 does not count")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("A=1\nhunter2\n", 2, "expected KEY=value"),
        ("A=1\n=hunter2\n", 2, "expected KEY=value"),
        ("A B=hunter2", 1, "expected KEY=value"),
        ('A=1\nB="hunter2\nC=3\n', 2, 'the quote " is never closed'),
        ("B='hunter2", 1, "the quote ' is never closed"),
        ("B='hunter2'x", 1, "something follows the closing quote"),
        ("B='hun\nter2'x", 2, "something follows the closing quote"),
    ],
)
def test_a_broken_line_is_told_without_its_value(text: str, line: int, why: str) -> None:
    with pytest.raises(BrokenLine) as raised:
        parse(text)
    assert (raised.value.line, raised.value.why) == (line, why)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [("A=x # y", "comment"), ("A=two words", "blanks or quotes"), ("A=x", ""), ("A='two words'", "")],
)
def test_what_may_be_a_slip_is_remarked(text: str, said: str) -> None:
    (found,) = parse(text)
    assert said in found.remark
    assert bool(said) == bool(found.remark)


def test_no_value_shows_in_a_repr() -> None:
    assert "hunter2" not in repr(parse("A=hunter2"))


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_any_value_comes_back_from_double_quotes(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    (found,) = parse(f'A="{escaped}"\n')
    assert found.value.reveal() == value.encode()


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BrokenLine):
        assert all(one.key for one in parse(text))
