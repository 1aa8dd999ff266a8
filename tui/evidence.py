"""What stands in a recording beside its lines: exit codes of all attempts, events of the Job and its pods."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui.model.cluster import Event
from tui.model.key import Meta
from tui.model.pod import Part, Pod
from tui.model.recording import Evidence, Exit

_MOST_EVENTS = 200


def exits(pod: Pod) -> list[Exit]:
    """Of every run of its containers that ended and that its status still tells."""
    found = []
    for one in pod.containers:
        for ended, restart in ((one.last, one.restarts - 1), (one.ended, one.restarts)):
            if ended is not None:
                how = (ended.exit_code, ended.signal, ended.reason, ended.started, ended.finished)
                found.append(Exit(pod.meta.name, one.name, max(0, restart), *how))
    return found


def succeeded(pod: Pod) -> bool:
    """Whether all its main containers ended well."""
    mains = [one.ended for one in pod.containers if one.part is Part.MAIN]
    return bool(mains) and all(ended is not None and ended.exit_code == 0 for ended in mains)


def of_exit(one: Exit) -> dict[str, Any]:
    """Its entry."""
    return {"exit": asdict(one)}


def of_event(one: Event) -> dict[str, Any]:
    """Its entry; labels and the like are of no use any more."""
    return {
        "event": {
            "uid": one.meta.uid,
            "kind": one.about_kind,
            "namespace": one.about_namespace,
            "name": one.about_name,
            "type": one.type,
            "reason": one.reason,
            "message": one.message[:2000],
            "source": one.source,
            "count": one.count,
            "first": one.first,
            "at": one.at,
        }
    }


def read(path: Path) -> Evidence:
    """All of it, in the order of time; nothing where the file is gone."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return Evidence()
    ended: dict[tuple[str, str, int], Exit] = {}
    events: dict[str, Event] = {}
    for line in lines:
        if not line.startswith((b'{"exit"', b'{"event"')):
            continue
        try:
            entry = json.loads(line)
            if "exit" in entry:
                found = Exit(**entry["exit"])
                ended[found.pod, found.container, found.restart] = found
            else:
                event = _event(entry["event"])
                events[event.meta.uid] = event
        except (ValueError, TypeError, KeyError):
            continue  # of another version, or torn
    return Evidence(
        tuple(sorted(ended.values(), key=lambda one: one.finished or 0.0)),
        tuple(sorted(events.values(), key=lambda one: (one.first, one.at))),
    )


def newest(events: Iterable[Event]) -> list[Event]:
    """The last of them, where a crash makes hundreds."""
    return sorted(events, key=lambda one: one.at)[-_MOST_EVENTS:]


def _event(entry: Mapping[str, Any]) -> Event:
    meta = Meta("Event", entry["namespace"], entry["name"], entry["uid"])
    what = {name: entry[name] for name in ("type", "reason", "message", "source", "count", "first", "at")}
    return Event(meta, entry["kind"], entry["namespace"], entry["name"], **what)
