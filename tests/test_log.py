"""How a log line looks: its time, its writer, its level; and that it cannot steer the terminal."""

from __future__ import annotations

import pytest

from tui.model.log import Chunk, Seam, SeamKind, Source
from tui.present.log import LogOptions, LogPainter, Times, series
from tui.present.log_filter import AtLeast
from tui.present.log_fold import Piece, folded
from tui.present.log_level import Level, level_of

POD = Source("services", "auth-6x8fq", "u1", "app", label="auth-6x8fq")
AT = b"2026-08-01T12:04:03.123456789Z "


def tones(painter: LogPainter, line: bytes) -> dict[str, str]:
    """Painted words by tone."""
    text = painter.paint(POD, AT + line)
    return {
        text.plain[span.start : span.end].strip(): span.style
        for span in text.spans
        if isinstance(span.style, str)
    }


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (Times.OFF, "auth-6x8fq hello"),
        (Times.TIME, "12:04:03 auth-6x8fq hello"),
        (Times.FULL, "2026-08-01T12:04:03.123456789Z auth-6x8fq hello"),
    ],
)
def test_time_is_shown_as_asked(times: Times, expected: str) -> None:
    assert LogPainter(LogOptions(times)).paint(POD, AT + b"hello").plain == expected


def test_standard_error_is_told_apart_where_it_is_known() -> None:
    painter = LogPainter(LogOptions(Times.OFF, prefix=False))
    assert painter.paint(POD, AT.replace(b"Z ", b"+00:00 ") + b"hello").plain == "err hello"


def test_a_json_line_shows_level_message_and_the_rest_dimmed() -> None:
    line = b'{"ts":1,"level":"error","msg":"no route","host":"db","err":"refused"}'
    painter = LogPainter(LogOptions(Times.OFF, prefix=False))
    assert painter.paint(POD, AT + line).plain == "ERROR no route host=db err=refused"
    assert tones(painter, line) == {
        "ERROR": "bad",
        "no route": "bad",
        "host=db": "quiet",
        "err=refused": "bad",
    }
    painter.options.raw = True
    assert painter.paint(POD, AT + line).plain == line.decode()


def test_goose_says_its_word_in_colour() -> None:
    found = tones(LogPainter(), b"OK   00042_add_index.sql (812 ms)")
    assert found["OK"] == "good"
    assert found["(812 ms)"] == "quiet"


def test_nothing_in_a_line_steers_the_terminal_or_is_markup() -> None:
    line = b"\x1b]0;pwn\x07[red]plain[/red] \x1b[2J\xe2\x80\xaeevil \xff"
    text = LogPainter(LogOptions(Times.OFF, prefix=False)).paint(POD, AT + line).plain
    assert text == "[red]plain[/red] evil \ufffd"


def test_a_seam_is_a_rule_with_words() -> None:
    seam = Seam(SeamKind.RESTART, "auth-6x8fq restarted: exit 137", 0.0, bad=True)
    painter = LogPainter(LogOptions(Times.OFF))
    assert painter.paint(None, seam).plain == "─── auth-6x8fq restarted: exit 137 ───"
    assert painter.is_error(seam)


def test_a_pod_keeps_its_tone() -> None:
    assert series(POD) == series(Source("other", "auth-6x8fq", "u9", "sidecar"))


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("E0801 12:00:00.000000       1 main.go:1] lost", Level.ERROR),
        ("I0801 12:00:00.000000       1 main.go:1] an ERROR word", Level.INFO),
        ('time=x level=warning msg="slow"', Level.WARN),
        ("2026-08-01 12:00:00 ERROR no such table", Level.ERROR),
        ("panic: runtime error", Level.ERROR),
        ("ERROR 00043_split_name.sql (2 s)", Level.ERROR),
        ('{"level":50,"msg":"x"}', Level.ERROR),
        ('{"level":"info","msg":"ERROR"}', Level.INFO),
        ("{broken", None),
        ("errors: 0", None),
        ("hello", None),
    ],
)
def test_levels(line: str, level: Level | None) -> None:
    assert level_of(line) is level


def test_error_lines_are_known_as_such() -> None:
    painter = LogPainter()
    assert painter.is_error(AT + b"FATAL: no password")
    assert not painter.is_error(AT + b"all is well")


def attempt(number: int, why: str = "no such table", *, bad: bool = True) -> list[Piece]:
    """What one pod of a Job wrote, and its end."""
    source = Source("services", f"migrate-{number}abc", f"u{number}", "goose")
    text = f"2026/08/01 12:0{number}:03 OK 00001_a.sql ({number} ms)\nmigrate-{number}abc: {why}\n"
    data = b"".join(b"2026-08-01T12:0%d:03Z " % number + line for line in text.encode().splitlines(True))
    end = Seam(SeamKind.END, f"{source.pod} failed: exit 1", float(number), bad=bad, source=source)
    return [Seam(SeamKind.NEW_POD, f"new pod {source.pod}", 0.0), Chunk(source, data, 2), end]


def kinds(pieces: list[Piece]) -> list[str]:
    return [piece.kind if isinstance(piece, Seam) else piece.source.pod for piece in pieces]


def test_attempts_that_failed_alike_become_one_with_a_count() -> None:
    found = folded([*attempt(1), *attempt(2), *attempt(3)])
    assert found is not None
    assert kinds(found) == ["fold", "migrate-3abc", "end"]
    again = folded([*found, *attempt(4)])
    assert again is not None
    assert kinds(again) == ["fold", "migrate-4abc", "end"]
    assert isinstance(again[0], Seam)
    assert again[0].text.startswith("4 attempts, same error")


def test_attempts_that_differ_stay_whole() -> None:
    assert folded([*attempt(1), *attempt(2, "no such column")]) is None
    assert folded([*attempt(1, bad=False), *attempt(2, bad=False)]) is None
    one, two = attempt(1), attempt(2)
    assert folded([*one[:2], *two[:2], one[2], two[2]]) is None
    found = folded([*attempt(1), *attempt(2, "other"), *attempt(3, "other"), *attempt(4)[:2]])
    assert found is not None
    assert kinds(found)[3:] == ["fold", "migrate-3abc", "end", "new pod", "migrate-4abc"]


def test_lines_of_a_level_with_what_goes_on_below_them() -> None:
    lines = (
        b"fine",
        b"ERROR lost",
        b"\tat main.go:1",
        b"WARN slow",
        b'{"level":50,"msg":"x"}',
        b"  indented",
        b"ok",
    )
    data = b"".join(AT + line + b"\n" for line in lines)
    assert AtLeast(Level.ERROR).lines(data) == [1, 2, 4, 5]
    assert AtLeast(Level.WARN).lines(data) == [1, 2, 3, 4, 5]
