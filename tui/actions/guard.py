"""Refusals that all deeds share, and a target as it is seen now."""

from __future__ import annotations

from tui.actions.base import Asked, Deed
from tui.model.application import Application
from tui.model.compose_state import ComposeState
from tui.model.plan import Refusal, Target
from tui.model.seen import digest_bytes
from tui.model.workload import Workload
from tui.store import Record, Store


def digest(record: Record) -> str:
    """Of what a plan depends on; empty for kinds of which only the identity counts."""
    if isinstance(record, ComposeState):
        return record.digest
    if isinstance(record, Application):
        return record.seen
    return digest_bytes(record.spec) if isinstance(record, Workload) else ""


def seen(record: Record) -> Target:
    """The record as the operator sees it now."""
    meta = record.meta
    return Target(meta.kind, meta.namespace, meta.name, meta.uid, digest(record))


def common(deed: Deed, asked: Asked) -> tuple[Refusal, ...]:
    """Read-only environments, nothing selected, wrong kinds, links that are not live, missing rights."""
    if not asked.targets:
        return (Refusal(None, "nothing is selected"),)
    name = asked.environment.name
    if asked.environment.readonly:
        return tuple(Refusal(seen(record), f"{name} is read-only") for record in asked.targets)
    refused = []
    for record in asked.targets:
        why = _why(deed, asked.store, record)
        if why:
            refused.append(Refusal(seen(record), why))
    return tuple(refused)


def _why(deed: Deed, store: Store, record: Record) -> str:
    meta = record.meta
    if not deed.fits(meta.kind):
        return f"{deed.words.lower()} does not work on a {meta.kind}"
    present = store.by_uid(meta.kind, meta.uid)
    if present is None:
        return "it is gone"
    if present.meta.deleted is not None:
        return "it is being deleted"
    link = store.link(meta.kind)
    if link is not None and not link.usable:
        return f"the link is {link.state}: wait until it is live"
    for need in deed.needs.get(meta.kind, ()):
        right = store.right(need.verb, need.resource, meta.namespace)
        if right is not None and not right.allowed:
            return f"You may not {need.verb} {need.resource.partition('.')[0]} in {meta.namespace}"
    return ""


def left(targets: tuple[Record, ...], refused: tuple[Refusal, ...]) -> tuple[Record, ...]:
    """The targets that are not refused."""
    out = {refusal.target.uid for refusal in refused if refusal.target is not None}
    return tuple(record for record in targets if record.meta.uid not in out)
