"""SealedSecrets: what one is, what its ciphertext is bound to, and how its controller fared with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui.model.cluster import Event
from tui.model.key import Condition, Meta, condition

_GROUP = "sealedsecrets.bitnami.com"
NAMESPACE_WIDE = f"{_GROUP}/namespace-wide"
CLUSTER_WIDE = f"{_GROUP}/cluster-wide"
MANAGED = f"{_GROUP}/managed"  # on an existing Secret: the controller may take it over
PATCH = f"{_GROUP}/patch"  # on an existing Secret: its other keys stay
KEY_LABEL = f"{_GROUP}/sealed-secrets-key"  # on the Secrets that hold the controller's keys
_ERRORS = ("ErrUnsealFailed", "ErrUpdateFailed")
_UNOPENED = re.compile(r"no key could decrypt secret \(([^)]*)\)")


class Scope(StrEnum):
    """What a ciphertext is bound to; the words are those of `kubeseal --scope`."""

    STRICT = "strict"  # to namespace and name
    NAMESPACE = "namespace-wide"
    CLUSTER = "cluster-wide"

    def label(self, namespace: str, name: str) -> bytes:
        """What is mixed into the encryption (facts 2d): elsewhere it can't be opened."""
        parts = {Scope.STRICT: f"{namespace}/{name}", Scope.NAMESPACE: namespace, Scope.CLUSTER: ""}
        return parts[self].encode()

    @property
    def annotations(self) -> dict[str, str]:
        """What a SealedSecret of this scope says of itself."""
        names = {Scope.NAMESPACE: NAMESPACE_WIDE, Scope.CLUSTER: CLUSTER_WIDE}
        return {names[self]: "true"} if self in names else {}


def scope_of(annotations: Mapping[str, str]) -> Scope:
    """As the controller reads it: cluster-wide wins, any other text than "true" is none."""
    if annotations.get(CLUSTER_WIDE) == "true":
        return Scope.CLUSTER
    return Scope.NAMESPACE if annotations.get(NAMESPACE_WIDE) == "true" else Scope.STRICT


@dataclass(frozen=True, slots=True)
class Seal:
    """What is sealed: the Secret that will come of it, and how the ciphertext is bound to it."""

    name: str
    namespace: str
    scope: Scope = Scope.STRICT
    type: str = "Opaque"

    @property
    def label(self) -> bytes:
        return self.scope.label(self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A SealedSecret without its ciphertext: names only. The Secret it makes bears its own name."""

    meta: Meta
    scope: Scope = Scope.STRICT
    keys: tuple[str, ...] = ()  # of encryptedData, sorted
    templated: tuple[str, ...] = ()  # keys of template.data, made from the others
    type: str = "Opaque"
    observed_generation: int = 0
    conditions: tuple[Condition, ...] = ()
    changed: float | None = None  # when its spec was last written, where that is known

    @property
    def provides(self) -> tuple[str, ...]:
        """The keys of the Secret that it makes."""
        return tuple(sorted({*self.keys, *self.templated}))


class SealState(StrEnum):
    """How the controller fared; the words are the screen's."""

    SYNCED = "Synced"
    WAITING = "not looked at yet"
    STALE = "status is of an older generation"
    CANNOT_DECRYPT = "cannot decrypt"
    NOT_MANAGED = "already exists, not managed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SealVerdict:
    """`keys` are those that can't be opened, as the controller names them; `text` are its own words."""

    state: SealState
    text: str = ""
    keys: tuple[str, ...] = ()
    since: float | None = None

    @property
    def advice(self) -> str:
        """What would mend it; "" where nothing is wrong or nobody can tell."""
        return _ADVICE.get(self.state, "")


_ADVICE = {
    SealState.WAITING: "is the controller running?",
    SealState.STALE: "the controller has not looked at it again: is it running? It gives up after 5 tries",
    SealState.CANNOT_DECRYPT: "sealed for another name, namespace or scope, or for another cluster",
    SealState.NOT_MANAGED: f"annotate the Secret with {MANAGED}=true: the controller then owns it, "
    "and replaces all its keys with those that are sealed",
}


def judge(sealed: SealedSecret, events: Iterable[Event] = ()) -> SealVerdict:
    """From its condition; an event may be fresher in words, since a False that stays keeps its text."""
    found = condition(sealed.conditions, "Synced")
    if found is None:
        return SealVerdict(SealState.WAITING)
    if sealed.observed_generation < sealed.meta.generation:
        text = f"of generation {sealed.observed_generation}, the object is at {sealed.meta.generation}"
        return SealVerdict(SealState.STALE, text, since=found.since)
    if found.status == "True":
        return SealVerdict(SealState.SYNCED, since=found.since)
    said = max((each for each in events if each.reason in _ERRORS), key=lambda each: each.at, default=None)
    fresher = said is not None and said.at >= (found.updated or 0.0)
    text = said.message if said is not None and fresher else found.message
    unopened = _UNOPENED.search(text)
    if unopened:
        return SealVerdict(SealState.CANNOT_DECRYPT, text, tuple(unopened[1].split(", ")), found.since)
    if "already exists and is not managed" in text:
        return SealVerdict(SealState.NOT_MANAGED, text, since=found.since)
    return SealVerdict(SealState.FAILED, text or found.reason, since=found.since)
