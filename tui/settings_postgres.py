"""The table `postgres:` of the configuration: where databases are asked, never with a password."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.model.schema import PLACE, Postgres
from tui.wire.yaml_entry import Entry

KEYS = ("namespace", "pod", "selector", "container", "user", "command", "database")
_PASSWORD = re.compile(r"(?i)passw|pwd=|://[^/@\s]*:[^@\s]*@")


def check(table: Entry) -> None:
    """Raises Misconfigured with the line of what is wrong in it."""
    for key in KEYS:
        if key != "command" and table.has(key):
            table.text(key)
    if table.has("database") and PLACE not in table.text("database"):
        raise table.wrong("database", f'database: expected a pattern as "prod_{PLACE}"')
    for word in (*table.texts("command"), table.text("user")):
        if _PASSWORD.search(word):
            title = "command: a password would stand in a process list and in audit logs"
            raise table.wrong(
                "command", title, "let psql find it: a service file, .pgpass or trust in the pod"
            )


def made(section: Mapping[str, object] | None) -> Postgres | None:
    """From the merged table of an environment; None without one, or where it names no pod."""
    if not section or not (section.get("pod") or section.get("selector")):
        return None
    words = section.get("command")
    command = tuple(str(word) for word in words) if isinstance(words, list) and words else ("psql",)

    def text(key: str, default: str = "") -> str:
        return str(section.get(key) or default) if section else default

    return Postgres(
        text("namespace", "data"),
        text("pod"),
        text("selector"),
        text("container"),
        text("user"),
        command,
        text("database", PLACE),
    )
