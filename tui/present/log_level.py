"""What level a log line speaks of: JSON, klog, logfmt and plain words."""

from __future__ import annotations

import json
import re
from enum import StrEnum


class Level(StrEnum):
    """The levels that look different."""

    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


_NAMES = {
    "trace": Level.DEBUG,
    "debug": Level.DEBUG,
    "info": Level.INFO,
    "information": Level.INFO,
    "notice": Level.INFO,
    "warn": Level.WARN,
    "warning": Level.WARN,
    "error": Level.ERROR,
    "err": Level.ERROR,
    "critical": Level.ERROR,
    "fatal": Level.ERROR,
    "panic": Level.ERROR,
    "dpanic": Level.ERROR,
}
_NUMBERS = {
    10: Level.DEBUG,
    20: Level.DEBUG,
    30: Level.INFO,
    40: Level.WARN,
    50: Level.ERROR,
    60: Level.ERROR,
}
_KLOG = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+")
_KLOG_LEVELS = {"I": Level.INFO, "W": Level.WARN, "E": Level.ERROR, "F": Level.ERROR}
_LOGFMT = re.compile(r'(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]+)')
_PLAIN = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)\b"
    r"|^\[?(trace|debug|info|warn|warning|error|fatal|panic)\b"
)
_GOOSE = re.compile(r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?(OK|EMPTY|ERROR|FAIL)\s+\d+_\S+")
_LOOKED_AT = 400  # characters of a line


def fields_of(line: str) -> dict[str, object] | None:
    """The object of a JSON line, None for every other line."""
    if not line.startswith("{") or not line.rstrip().endswith("}"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def level_in(fields: dict[str, object]) -> Level | None:
    """The level of a JSON line: a name, or the number of bunyan and pino."""
    for key in ("level", "severity", "lvl", "levelname", "log.level"):
        value = fields.get(key)
        if isinstance(value, str):
            return _NAMES.get(value.lower())
        if isinstance(value, int):
            return _NUMBERS.get(value)
    return None


def goose_word(line: str) -> re.Match[str] | None:
    """`OK   00042_add_index.sql (812 ms)`: the first group is the word."""
    return _GOOSE.match(line)


def level_of(line: str) -> Level | None:
    """The level of a line without its time, None when it names none."""
    fields = fields_of(line)
    if fields is not None:
        return level_in(fields)
    line = line[:_LOOKED_AT]
    if goose := goose_word(line):
        return Level.ERROR if goose.group(1) in ("ERROR", "FAIL") else Level.INFO
    if klog := _KLOG.match(line):
        return _KLOG_LEVELS[klog.group(1)]
    if logfmt := _LOGFMT.search(line):
        return _NAMES.get(logfmt.group(1).lower())
    if line.startswith(("panic:", "goose run:", "Traceback ")):
        return Level.ERROR
    plain = _PLAIN.search(line)
    return _NAMES[(plain.group(1) or plain.group(2)).lower()] if plain else None
