"""The one thing ever written into a kubeconfig: refreshed tokens of an auth-provider, all else untouched."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from tui.errors import Misconfigured
from tui.wire.replace import replace


def provider_config(file: Path, user: str) -> dict[str, str]:
    """The text values under users[user].auth-provider.config now; empty when they are not there."""
    try:
        node = _config_node(file.read_text(encoding="utf-8"), user)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    if node is None:
        return {}
    return {key.value: value.value for key, value in node.value if isinstance(value, yaml.ScalarNode)}


def write_provider_config(file: Path, user: str, values: Mapping[str, str]) -> None:
    """Sets text values there, atomically, under the lock that client-go takes too; comments and mode stay."""
    target = file.resolve()
    try:
        with _locked(target):
            text = target.read_text(encoding="utf-8")
            node = _config_node(text, user)
            if node is None:
                raise Misconfigured(f'{file}: user "{user}" has no auth-provider any more')
            replace(target, _edited(text, node, values).encode())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        title = f"{file}: the refreshed token can't be written back"
        raise Misconfigured(title, "make it writable, or log in again") from error


def _config_node(text: str, user: str) -> yaml.MappingNode | None:
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    users = _child(node, "users")
    if not isinstance(users, yaml.SequenceNode):
        return None
    for entry in users.value:
        name = _child(entry, "name")
        if isinstance(name, yaml.ScalarNode) and name.value == user:
            config = _child(_child(_child(entry, "user"), "auth-provider"), "config")
            return config if isinstance(config, yaml.MappingNode) else None
    return None


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _edited(text: str, node: yaml.MappingNode, values: Mapping[str, str]) -> str:
    """The text with the scalars replaced where they stand; new keys go before the first one."""
    present = {key.value: value for key, value in node.value}
    edits: list[tuple[int, int, str]] = []
    for key, value in values.items():
        quoted = json.dumps(value)  # a JSON string is a YAML double-quoted one
        old = present.get(key)
        if old is not None:
            space = " " if text[old.start_mark.index - 1 : old.start_mark.index] == ":" else ""
            edits.append((old.start_mark.index, old.end_mark.index, space + quoted))
            continue
        first = node.value[0][0].start_mark
        between = ", " if node.flow_style else "\n" + " " * first.column
        edits.append((first.index, first.index, f"{key}: {quoted}{between}"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@contextlib.contextmanager
def _locked(target: Path) -> Iterator[None]:
    """client-go's lock: a file beside it that must not exist; raises FileExistsError while another writes."""
    lock = target.with_name(target.name + ".lock")
    os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
