"""A label selector as `kubectl -l` takes it: `environment=production,tier in (web, api),!canary`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_KEY = r"[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?"
_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_EQUAL = re.compile(rf"(?P<key>{_KEY})\s*(?P<not>!)?==?\s*(?P<value>{_VALUE})")
_SET = re.compile(rf"(?P<key>{_KEY})\s+(?P<not>not)?in\s*\((?P<values>[^()]*)\)")
_THERE = re.compile(rf"(?P<not>!)?\s*(?P<key>{_KEY})")
_COMMA = re.compile(r",(?![^(]*\))")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One part: the label has one of the values, or is there at all where `values` is None."""

    key: str
    values: frozenset[str] | None
    positive: bool = True

    def met(self, labels: Mapping[str, str]) -> bool:
        """A label that is not there has none of the values."""
        value = labels.get(self.key)
        found = value is not None and (self.values is None or value in self.values)
        return found is self.positive


@lru_cache(maxsize=64)
def requirements(text: str) -> tuple[Requirement, ...]:
    """All of them must be met; ValueError where the text is no selector."""
    return tuple(_requirement(part.strip()) for part in _COMMA.split(text)) if text.strip() else ()


def selects(text: str, labels: Mapping[str, str]) -> bool:
    """Whether labels meet a selector; the empty one takes all."""
    return all(one.met(labels) for one in requirements(text))


def _requirement(part: str) -> Requirement:
    if found := _EQUAL.fullmatch(part):
        return Requirement(found["key"], frozenset({found["value"]}), not found["not"])
    if found := _SET.fullmatch(part):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], values, not found["not"])
    if found := _THERE.fullmatch(part):
        return Requirement(found["key"], None, not found["not"])
    raise ValueError(f'"{part}" is no part of a label selector')
