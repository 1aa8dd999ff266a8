"""deploytui.yaml as it is written: every complaint with its file, its line and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from tui import settings_argo, settings_postgres
from tui.errors import Misconfigured
from tui.model.environment import Confirmation, Environment, Platform, Purpose, SyncMode
from tui.wire import yaml_entry
from tui.wire.yaml_entry import Entry

# Tables that later issues read; the inner names are those of product.md section 5, None where any will do.
_SECTIONS: Mapping[str, tuple[str, ...] | None] = {
    "argocd": settings_argo.KEYS,
    "sealed-secrets": ("controller", "cert", "file"),
    "services": ("chart", "workload", "migration", "checkout"),
    "postgres": settings_postgres.KEYS,
    "deploy": None,
}
_TOP = ("environments", "namespaces", "keymap", "theme", "bell", "recordings", "readonly", *_SECTIONS)
_ENVIRONMENT = (
    "platform",
    "context",
    "kubeconfig",
    "branch",
    "sync",
    "protected",
    "readonly",
    "file",
    "endpoint",
    "members",
    "watch",
    "namespaces",
    "confirm",
    "colour",
    "cert",
    *_SECTIONS,
)
_PURPOSE = ("purpose", "expect")
_NAME = "{name}"
_Choice = TypeVar("_Choice", bound=StrEnum)
Sections = Mapping[str, Mapping[str, object]]


class Ground(StrEnum):
    """What the screen is painted on."""

    DARK = "dark"
    LIGHT = "light"


class _Watch(StrEnum):
    CLUSTER = "cluster"
    NAMESPACES = "namespaces"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a configuration file says. `sections` is kept raw, by environment and table ("argocd")."""

    environments: tuple[Environment, ...] = ()
    namespaces: tuple[Purpose, ...] = ()
    sections: Mapping[str, Sections] = field(default_factory=lambda: MappingProxyType({}))
    keymap: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    keymap_places: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    theme: Ground = Ground.DARK
    bell: bool = True
    recordings: Path | None = None
    readonly: bool = False


def read(file: Path, home: Path) -> Declared:
    """Reads a configuration whole; Misconfigured at its first mistake."""
    top = yaml_entry.read(file)
    _known(top, _TOP)
    namespaces = _purposes(top)
    sections = {name: _section(top, name) for name in _SECTIONS if top.has(name)}
    environments: list[Environment] = []
    merged: dict[str, Sections] = {}
    table = top.entry("environments")
    if top.has("environments") and not list(table.keys()):
        raise top.wrong("environments", "environments: expected at least one environment")
    for name in table.keys():  # noqa: SIM118 - an Entry is no mapping
        own = table.entry(name)
        merged[name] = _merged(sections, own)
        argo = settings_argo.made(merged[name].get("argocd"), file.parent, home)
        environments.append(replace(_environment(name, own, namespaces, home), argo=argo))
    keymap = top.entry("keymap")
    return Declared(
        environments=tuple(environments),
        namespaces=namespaces,
        sections=merged,
        keymap={action: _keys(keymap, action) for action in keymap.keys()},  # noqa: SIM118
        keymap_places={action: keymap.place(action) for action in keymap.keys()},  # noqa: SIM118
        theme=_choice(top, "theme", Ground, Ground.DARK),
        bell=top.flag("bell") if top.has("bell") else True,
        recordings=_path(top, "recordings", home),
        readonly=top.flag("readonly"),
    )


def near(name: str, known: Collection[str]) -> str:
    """The hint after a name that nobody knows."""
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {found[0]}?" if found else f"expected one of {', '.join(known)}"


def _known(entry: Entry, known: Collection[str], what: str = "key") -> None:
    for key in entry.keys():  # noqa: SIM118
        if key not in known:
            raise Misconfigured(f'{entry.place(key)}: unknown {what} "{key}"', near(key, known))


def _choice(entry: Entry, key: str, kind: type[_Choice], default: _Choice) -> _Choice:
    text = entry.text(key)
    if not text:
        return default
    words = [member.value for member in kind if member.value]
    if text not in words:
        raise entry.wrong(key, f'{key}: expected {" or ".join(words)}, found "{text}"')
    return kind(text)


def _path(entry: Entry, key: str, home: Path) -> Path | None:
    """A path; `~` is the home folder, a relative one is taken from the file's folder."""
    text = entry.text(key)
    if text == "~" or text.startswith("~/"):
        return home / text[2:]
    return entry.path(key)


def _keys(keymap: Entry, action: str) -> str:
    text = keymap.text(action).strip()
    if not text:
        raise keymap.wrong(action, f'{action}: expected a key, as "r" or "ctrl+r"')
    return text


def _section(entry: Entry, name: str) -> dict[str, object]:
    table = entry.entry(name)
    known = _SECTIONS[name]
    if known is not None:
        _known(table, known)
    if name == "postgres":
        settings_postgres.check(table)
    if name == "argocd":
        settings_argo.check(table)
    return {key: table.plain(key) for key in table.keys()}  # noqa: SIM118


def _merged(top: Sections, own: Entry) -> Sections:
    """The tables of an environment laid over the top ones, key by key."""
    names = [name for name in _SECTIONS if name in top or own.has(name)]
    found: dict[str, Mapping[str, object]] = {
        name: {**top.get(name, {}), **(_section(own, name) if own.has(name) else {})} for name in names
    }
    if own.has("cert"):
        found["sealed-secrets"] = {**found.get("sealed-secrets", {}), "cert": own.plain("cert")}
    return found


def _purposes(top: Entry) -> tuple[Purpose, ...]:
    table = top.entry("namespaces")
    found = []
    for name in table.keys():  # noqa: SIM118
        if table.is_table(name):
            own = table.entry(name)
            _known(own, _PURPOSE)
            found.append(Purpose(name, name, own.text("purpose"), own.texts("expect")))
        else:
            found.append(Purpose(name, name, table.text(name)))
    return tuple(found)


def _renamed(own: Entry, policy: tuple[Purpose, ...]) -> tuple[Purpose, ...]:
    """The policy's namespaces under the names that they have in one environment."""
    if not own.has("namespaces"):
        return policy
    if not own.is_table("namespaces"):
        pattern = own.text("namespaces")
        if _NAME not in pattern:
            raise own.wrong("namespaces", f'namespaces: expected a table or a pattern as "{_NAME}-staging"')
        return tuple(Purpose(p.name, pattern.replace(_NAME, p.name), p.text, p.expect) for p in policy)
    table = own.entry("namespaces")
    if policy:
        _known(table, [p.name for p in policy], "namespace")
    found: list[Purpose] = []
    for purpose in policy or tuple(Purpose(name, name) for name in table.keys()):  # noqa: SIM118
        actual, text, expect = purpose.name, purpose.text, purpose.expect
        if table.is_table(purpose.name):
            own_table = table.entry(purpose.name)
            _known(own_table, ("name", *_PURPOSE))
            actual = own_table.text("name") or actual
            text = own_table.text("purpose") or text
            expect = own_table.texts("expect") if own_table.has("expect") else expect
        elif table.has(purpose.name):
            actual = table.text(purpose.name) or actual
        taken = next((other.name for other in found if other.actual == actual), "")
        if taken:
            raise own.wrong("namespaces", f'namespaces: {taken} and {purpose.name} are both "{actual}"')
        found.append(Purpose(purpose.name, actual, text, expect))
    return tuple(found)


def _members(own: Entry) -> dict[str, tuple[str, ...]]:
    """`members: {services: [auth, personal]}`: which services of a Compose project a namespace has."""
    table = own.entry("members")
    return {name: table.texts(name) for name in table.keys()}  # noqa: SIM118


def _environment(name: str, own: Entry, policy: tuple[Purpose, ...], home: Path) -> Environment:
    _known(own, _ENVIRONMENT)
    platform = _choice(own, "platform", Platform, Platform.KUBERNETES)
    if platform is Platform.COMPOSE and own.has("context"):
        raise own.wrong("context", f"{name}: a Compose project has no context", "remove context or platform")
    kubeconfig, compose = _path(own, "kubeconfig", home), _path(own, "file", home)
    confirm = own.entry("confirm")
    return Environment(
        name=name,
        platform=platform,
        context=own.text("context"),
        kubeconfig=str(kubeconfig) if kubeconfig is not None else "",
        branch=own.text("branch"),
        sync=_choice(own, "sync", SyncMode, SyncMode.NONE),
        protected=own.flag("protected"),
        readonly=own.flag("readonly"),
        file=str(compose) if compose is not None else "",
        endpoint=own.text("endpoint"),
        members=_members(own),
        watch_by_namespace=_choice(own, "watch", _Watch, _Watch.CLUSTER) is _Watch.NAMESPACES,
        namespaces=_renamed(own, policy),
        confirm={
            deed: _choice(confirm, deed, Confirmation, Confirmation.TAB)
            for deed in confirm.keys()  # noqa: SIM118
        },
        colour=own.text("colour"),
    )
