"""Sync windows of an AppProject: may this Application be synced now?"""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from tui.demo.behaviours.common import Object
from tui.demo.behaviours.cron import next_time

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def blocked(project: Object | None, application: Object, now: float, *, manual: bool) -> bool:
    """A deny window that is active, or allow windows of which none is."""
    windows = ((project or {}).get("spec") or {}).get("syncWindows") or ()
    mine = [each for each in windows if _meant(each, application)]
    active = [each for each in mine if _active(each, now)]
    denied = [each for each in active if each.get("kind") == "deny"]
    if denied:
        return not (manual and all(each.get("manualSync") for each in denied))
    allowing = [each for each in mine if each.get("kind") == "allow"]
    if allowing and not any(each in active for each in allowing):
        return not (manual and any(each.get("manualSync") for each in allowing))
    return False


def _meant(window: Object, application: Object) -> bool:
    destination = application["spec"].get("destination") or {}
    values = {
        "applications": application["metadata"]["name"],
        "namespaces": destination.get("namespace", ""),
        "clusters": destination.get("server") or destination.get("name", ""),
    }
    return any(fnmatchcase(value, each) for name, value in values.items() for each in window.get(name) or ())


def _active(window: Object, now: float) -> bool:
    lasts = sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([hms])", window["duration"]))
    zone = ZoneInfo(window.get("timeZone") or "UTC")
    # The schedule is read on the zone's own clock, as if that were UTC.
    offset = datetime.fromtimestamp(now, zone).utcoffset()
    ahead = offset.total_seconds() if offset else 0.0
    began = next_time(window["schedule"], now + ahead - lasts)
    return began is not None and began <= now + ahead
