"""The words of log lines: a service's JSON, plain text, PostgreSQL's, a crash with its stack trace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

_ROUTES = ("GET /v1/session", "POST /v1/token", "GET /v1/profile", "PUT /v1/profile", "GET /v1/consents")
_TEXTS = (
    'level=info msg="flushed batch" batch={n} records={size}',
    'level=info msg="compaction done" took={ms}ms',
    'level=debug msg="scrape finished" targets={size} took={ms}ms',
    'level=info msg="head truncated" blocks={n}',
    'level=warn msg="slow flush" batch={n} took={ms}0ms',
)
_POSTGRES = (
    "LOG:  checkpoint starting: time",
    "LOG:  checkpoint complete: wrote {size} buffers (0.{n}%); 0 WAL file(s) added, 0 removed, 0 recycled",
    'LOG:  automatic analyze of table "auth_db.public.sessions"',
    "LOG:  connection authorized: user=app database=identity_db",
)


@dataclass(slots=True)
class Voice:
    """One container instance that speaks: its name, version, random source and line count."""

    service: str
    version: str
    style: str
    random: Random
    count: int = 0

    def starting(self, at: float) -> str:
        """The first line."""
        if self.style == "json":
            return self._json(at, "info", "starting")
        if self.style == "postgres":
            return f"{_clock(at)} UTC [1] LOG:  database system is ready to accept connections"
        return f'level=info msg="starting {self.service}" version={self.version}'

    def stopping(self, at: float) -> str:
        """The last line of one that was asked to end."""
        if self.style == "json":
            return self._json(at, "info", "stopping")
        if self.style == "postgres":
            return f"{_clock(at)} UTC [1] LOG:  received smart shutdown request"
        return f'level=info msg="stopping {self.service}"'

    def line(self, at: float) -> str:
        """One more line of ordinary work."""
        if self.style == "json":
            return self._request(at)
        choose = self.random
        words = {"n": self.count + 1, "size": choose.randint(1, 400), "ms": choose.randint(2, 90)}
        self.count += 1
        if self.style == "postgres":
            return f"{_clock(at)} UTC [{choose.randint(20, 90)}] {choose.choice(_POSTGRES).format(**words)}"
        return f"ts={_stamp(at)} {choose.choice(_TEXTS).format(**words)}"

    def fatal(self, at: float) -> str:
        """The line before a crash."""
        if self.style == "json":
            return self._json(at, "fatal", "exiting", error="lost the connection to the database")
        return f'level=error msg="{self.service} cannot go on" err="lost the connection to the database"'

    def trace(self, at: float) -> list[str]:
        """A crash at the start with its stack trace; the first line is JSON, the rest the runtime's text."""
        message = "configuration is incomplete"
        error = f'config: key "token.issuer" is required since {self.version.removesuffix("-bad")}'
        return [
            self._json(at, "fatal", message, error=error),
            f"panic: {message}",
            "",
            "goroutine 1 [running]:",
            "main.(*Config).mustString(0xc0000b2000, {0x8a1f3e, 0xc})",
            "\t/src/internal/config/config.go:118 +0x1d4",
            "main.loadConfig()",
            "\t/src/internal/config/load.go:47 +0x2c9",
            "main.main()",
            f"\t/src/cmd/{self.service}/main.go:31 +0x8b",
        ]

    def _request(self, at: float) -> str:
        choose = self.random
        route, dice, spent = choose.choice(_ROUTES), choose.randrange(40), choose.randint(1, 40)
        level, more = "info", {"duration_ms": spent, "status": 200}
        error = ""
        if dice == 0:
            level, error, more["status"] = "error", "upstream: connection reset by peer", 500
        elif dice < 4:
            level, more["duration_ms"] = "warn", 800 + choose.randrange(1500)
        elif dice < 8:
            level, route, more = "debug", "cache miss", {"duration_ms": spent}
        return self._json(at, level, route, request_id=f"{choose.getrandbits(64):016x}", **more, error=error)

    def _json(self, at: float, level: str, message: str, **more: Any) -> str:
        self.count += 1
        entry = {"ts": _stamp(at), "level": level, "service": self.service, "version": self.version}
        told = {name: value for name, value in more.items() if value != ""}
        return json.dumps({**entry, "msg": message, **told, "seq": self.count}, separators=(",", ":"))


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
