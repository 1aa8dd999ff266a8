"""Live objects against manifests: only what the manifests speak of, so that defaults are no difference."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui.errors import DeployError, Gone
from tui.model.application import Application
from tui.wire.argo_rest import as_yaml
from tui.wire.kinds import KINDS
from tui.wire.kube import Client
from tui.wire.manifests import Document, phases_of

_KEYS = ("name", "containerPort", "port", "key", "mountPath")  # by which entries of lists are the same


async def difference(client: Client, one: Application, wanted: Sequence[Document]) -> tuple[str, str]:
    """YAML of what is there and of what would be, of objects that differ; without hooks and unread kinds."""
    plain = [_bare(each) for each in wanted if phases_of(_annotations(each)) is None]
    found = await asyncio.gather(*(_live(client, one, each) for each in plain))
    before: list[Document | None] = []
    after: list[Document | None] = []
    for live, manifest in zip(found, plain, strict=True):
        if live is None:
            continue
        seen = projected(live, manifest)
        if seen != manifest:
            before.append(seen or None)
            after.append(manifest)
    return as_yaml(before), as_yaml(after)


async def _live(client: Client, one: Application, manifest: Document) -> Document | None:
    """The object, {} where there is none yet; None of a kind that is not read here."""
    meta = manifest.get("metadata") or {}
    kind = KINDS.get(str(manifest["kind"]))
    if (
        kind is None
        or kind.metadata_only
        or kind.path.removeprefix("apis/").removeprefix("api/") != manifest.get("apiVersion")
    ):
        return None
    namespace = str(meta.get("namespace") or one.destination.namespace)
    try:
        found = json.loads(await client.get(kind, namespace, str(meta.get("name"))))
    except Gone:
        return {}
    except (ValueError, DeployError):
        return None
    return found if isinstance(found, dict) else None


def projected(live: Any, wanted: Any) -> Any:
    """The part of a live value that a manifest speaks of; what it lacks is left out."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return {key: projected(live[key], value) for key, value in wanted.items() if key in live}
    if isinstance(wanted, list) and isinstance(live, list):
        return _list(live, wanted)
    return wanted if _number(live) == _number(wanted) else live


def _bare(value: Any) -> Any:
    """Without what is empty: a cluster does not keep it."""
    if isinstance(value, Mapping):
        kept = {key: _bare(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each is not None and each not in ({}, [])}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _list(live: list[Any], wanted: list[Any]) -> list[Any]:
    """Entries are paired by their name where they have one, else by their place."""
    key = next((key for key in _KEYS if wanted and all(_has(one, key) for one in (*live, *wanted))), "")
    if not key:
        pairs = list(zip(live, wanted, strict=False))
        return [projected(one, other) for one, other in pairs] + live[len(pairs) :]
    named = {one[key]: one for one in wanted}
    return [projected(one, named.get(one[key], one)) for one in live]


def _has(one: Any, key: str) -> bool:
    return isinstance(one, Mapping) and isinstance(one.get(key), str | int)


def _number(value: Any) -> Any:
    """`"10"` of a quantity and 10 are one."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _annotations(one: Document) -> Mapping[str, str]:
    meta = one.get("metadata")
    found = meta.get("annotations") if isinstance(meta, Mapping) else None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, Mapping) else {}
