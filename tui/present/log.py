"""One log line or seam as text: time, who wrote it, level and message told apart."""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from rich.text import Text

from tui.model.log import Seam, Source
from tui.present.log_level import Level, fields_of, goose_word, level_in, level_of
from widgets.clean import ansi_text, clean
from widgets.tone import SERIES, Tone

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d) ")
_ERROR_STREAM = b"+00:00 "
"""The end of the time of a line of standard error, where the source tells it apart (wire.docker_log)."""
_TIMES = ("time", "timestamp", "ts", "@timestamp", "t")
_LEVELS = ("level", "severity", "lvl", "levelname", "log.level")
_MESSAGES = ("msg", "message", "event")
_TONES = {Level.DEBUG: Tone.QUIET, Level.WARN: Tone.LOOK, Level.ERROR: Tone.BAD}
_GOOSE = {"OK": Tone.GOOD, "EMPTY": Tone.QUIET, "ERROR": Tone.BAD, "FAIL": Tone.BAD}
_SHORT = {Level.DEBUG: "DEBUG", Level.INFO: "INFO ", Level.WARN: "WARN ", Level.ERROR: "ERROR"}


class Times(StrEnum):
    """How much of a line's own time is shown."""

    OFF = "off"
    TIME = "time"
    FULL = "full"


@dataclass(slots=True)
class LogOptions:
    """What the keys of the log change."""

    times: Times = Times.TIME
    raw: bool = False  # JSON lines as they are
    prefix: bool = True  # who wrote it


@dataclass(slots=True)
class LogPainter:
    """Its styles are names of tones: the view gives them their colours, in whatever theme it has."""

    options: LogOptions = field(default_factory=LogOptions)

    def paint(self, tag: Hashable | None, payload: bytes | object) -> Text:
        """A line of a source, or a seam (tag None)."""
        if isinstance(payload, Seam):
            return self._seam(payload)
        if not isinstance(payload, bytes):
            return Text(clean(str(payload)), style=Tone.QUIET)
        return self._line(tag if isinstance(tag, Source) else None, payload)

    def is_error(self, payload: bytes | object) -> bool:
        """Whether it must never be clipped."""
        if not isinstance(payload, bytes):
            return isinstance(payload, Seam) and payload.bad
        return level_of(text_of(payload)) is Level.ERROR

    def _seam(self, seam: Seam) -> Text:
        tone = Tone.BAD if seam.bad else Tone.QUIET
        at = datetime.fromtimestamp(seam.at, UTC).strftime("%H:%M:%S")
        when = "" if self.options.times is Times.OFF else f"{at} "
        line = Text(f"─── {when}{clean(seam.text)} ───", style=tone, no_wrap=True)
        if seam.bad:
            line.overflow = "fold"  # the log view never clips it
        return line

    def _line(self, source: Source | None, payload: bytes) -> Text:
        line = Text()
        stamp = _STAMP.match(payload)
        if stamp and self.options.times is not Times.OFF:
            parts = stamp.group().strip() if self.options.times is Times.FULL else stamp.group(2)
            line.append(parts.decode() + " ", Tone.QUIET)
        if source is not None and self.options.prefix:
            line.append(clean(source.label or source.pod) + " ", series(source))
        if stamp and stamp.group().endswith(_ERROR_STREAM):
            line.append("err ", Tone.QUIET)
        line.append_text(self._message(text_of(payload)))
        if self.is_error(payload):
            line.overflow = "fold"  # the log view never clips it
        return line

    def _message(self, text: str) -> Text:
        fields = None if self.options.raw else fields_of(text)
        if fields is not None:
            return self._fields(fields)
        if goose := goose_word(text):
            painted = Text(clean(text))
            painted.stylize(_GOOSE[goose.group(1)], goose.start(1), goose.end(1))
            if (open_ := painted.plain.rfind("(")) > goose.end(1):
                painted.stylize(Tone.QUIET, open_)
            return painted
        level = level_of(text)
        return ansi_text(text, _TONES.get(level, "") if level else "")

    def _fields(self, fields: dict[str, object]) -> Text:
        """Level and message; the rest dimmed as `key=value`. Its own time is left out: the line has one."""
        level = level_in(fields)
        tone = _TONES.get(level, Tone.PLAIN) if level else Tone.PLAIN
        line = Text()
        if level is not None:
            line.append(_SHORT[level] + " ", tone)
        message = next((key for key in _MESSAGES if key in fields), "")
        if message:
            line.append(clean(_plain(fields[message])), tone)
        shown = {message, *_TIMES, *(_LEVELS if level else ())}
        for key, value in fields.items():
            if key in shown:
                continue
            bad = key in ("error", "err", "exception") and value
            words = f" {clean(key)}={clean(_plain(value))}"
            line.append(words, Tone.BAD if bad else Tone.QUIET)
        return line


def series(source: Source) -> Tone:
    """The same tone for a pod wherever it is shown."""
    return SERIES[zlib.crc32(source.pod.encode()) % len(SERIES)]


def text_of(payload: bytes) -> str:
    """A line without its time."""
    stamp = _STAMP.match(payload)
    return (payload[stamp.end() :] if stamp else payload).rstrip(b"\r\n").decode("utf-8", "replace")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else str(value)
