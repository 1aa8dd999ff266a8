"""Where sealed values may go: files of the checkout, the clipboard, the cluster; what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from tui.actions.seal_plan import owner
from tui.chart import Found, Place
from tui.model.cluster import Named
from tui.model.environment import Environment
from tui.model.job import CronJob, Job
from tui.model.lens import Lens, lenses
from tui.model.plan import Remark, Weight
from tui.model.sealed_secret import Scope, Seal, SealedSecret
from tui.model.workload import Workload
from tui.seal_desk import Desk
from tui.store import Record, Store
from tui.wire.git import GitFacts

_READERS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


@dataclass(frozen=True, slots=True)
class Destination:
    """`place` for a file, `cluster` for the cluster, neither for the clipboard."""

    label: str
    place: Place | None = None
    cluster: bool = False
    kept: tuple[str, ...] = ()  # keys that are sealed there, and stay
    scope: Scope | None = None  # of what is there; None leaves it open
    remarks: tuple[str, ...] = ()


def destinations(
    found: Found, desk: Desk, lens: Lens | None, readonly: bool
) -> tuple[list[Destination], list[str]]:
    """What can be chosen, the surest first, and in words what can't be and why."""
    sealed = lens.sealed if lens is not None else None
    scope = sealed.scope if sealed is not None else None
    clipboard = Destination("clipboard", scope=scope, remarks=("the whole object, with these keys alone",))
    if readonly:
        return [clipboard], ["read-only: nothing is written; the clipboard is left"]
    made = []
    for place in found.places:
        new = "" if place.file.exists() else " (new)"
        label = f"{desk.short(place.file)}{new}"
        made.append(Destination(label, place, kept=place.keys, scope=place.scope, remarks=place.remarks))
    said = [] if made else list(found.misses)
    why = _owned(lens)
    if why:
        said.append(f"apply now: off, {why}")
        return [*made, clipboard], said
    kept = sealed.keys if sealed is not None else ()
    return [*made, clipboard, Destination("apply to the cluster", None, True, kept, scope)], said


def _owned(lens: Lens | None) -> str:
    if lens is None:
        return ""
    if lens.sealed is not None:
        return owner(lens.sealed.meta)
    return next(filter(None, (owner(one.meta) for one in lens.consumers)), "")


def of_git(known: GitFacts | str, environment: Environment) -> Iterator[Remark]:
    """What of the checkout may go wrong."""
    if isinstance(known, str):
        yield Remark(Weight.LOOK, known)
        return
    yield Remark(Weight.QUIET, f"branch {known.branch or '(none)'}")
    if beside := known.beside(environment.branch):
        yield Remark(Weight.LOOK, f"{beside} in {environment.name}")
    if known.ignored and not known.tracked:
        yield Remark(Weight.LOOK, "git ignores this file: it will not be committed")
    elif not known.tracked:
        yield Remark(Weight.QUIET, "git does not track this file yet")
    if known.exposed:
        yield Remark(Weight.LOOK, f"git would take plaintext in {', '.join(known.exposed)}: ignore them")


def lens_of(store: Store, namespace: str, name: str) -> Lens | None:
    """What is known of one Secret; None when nobody reads or seals it."""
    found = next((one for one in lenses_in(store, namespace) if one.name == name), None)
    secret = store.get("Secret", namespace, name)
    if found is None and isinstance(secret, Named):
        return Lens(namespace, name, secret)
    return found


def lenses_in(store: Store, namespace: str) -> tuple[Lens, ...]:
    """Those of a namespace."""

    def there(kind: str) -> Iterable[Record]:
        return (one for one in store.all(kind) if one.meta.namespace == namespace)

    readers = [cast("Workload | Job | CronJob", one) for kind in _READERS for one in there(kind)]
    sealed = cast("list[SealedSecret]", list(there("SealedSecret")))
    return lenses(readers, sealed, cast("list[Named]", list(there("Secret"))))


def beginning(store: Store, targets: tuple[Record, ...], namespaces: frozenset[str] | None) -> Seal:
    """What the form is filled with: the object under the cursor, or the Secret that a workload wants most."""
    if not targets:
        return Seal("", next(iter(namespaces)) if namespaces and len(namespaces) == 1 else "")
    record = targets[0]
    meta = record.meta
    if isinstance(record, SealedSecret):
        return Seal(meta.name, meta.namespace, record.scope, record.type)
    if meta.kind == "Secret":
        sealed = store.get("SealedSecret", meta.namespace, meta.name)
        return beginning(store, (sealed,), None) if sealed is not None else Seal(meta.name, meta.namespace)
    if meta.kind not in _READERS:
        return Seal("", meta.namespace)
    read = [
        lens
        for lens in lenses_in(store, meta.namespace)
        if any(one.meta.uid == meta.uid and one.by != "pull" for one in lens.consumers)
    ]
    if not read:
        return Seal(f"{meta.name}-secrets", meta.namespace)
    best = max(read, key=lambda lens: (lens.wanted, bool(lens.missing), lens.sealed is not None))
    if best.sealed is not None:
        return beginning(store, (best.sealed,), None)
    return Seal(best.name, best.namespace)
