"""What leads traffic and storage to pods, and why it does not: Services, Ingresses, Gateways, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui.model.cause import PATIENCE, Cause, Severity
from tui.model.key import Condition, Meta, condition, nothing
from tui.model.pod import Pod


@dataclass(frozen=True, slots=True)
class Service:
    """A Service; without a selector somebody else writes its endpoints, and nothing is said of them."""

    meta: Meta
    selector: Mapping[str, str] = field(default_factory=nothing)
    external: bool = False  # type ExternalName
    unready_too: bool = False  # publishNotReadyAddresses


@dataclass(frozen=True, slots=True)
class Ingress:
    """An Ingress: the Services of its own namespace that it names, and the addresses that it was given."""

    meta: Meta
    class_name: str = ""
    backends: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gateway:
    """A Gateway, or an HTTPRoute with the conditions of each parent; `by` says who set them."""

    meta: Meta
    conditions: tuple[tuple[str, Condition], ...] = ()  # (listener or parent, condition)


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim; `phase` is Pending, Bound or Lost."""

    meta: Meta
    phase: str = ""
    storage_class: str = ""


class PodsByLabel:
    """The pods of one namespace by label, so that a selector looks at few of them."""

    def __init__(self, pods: Iterable[Pod] = ()) -> None:
        self._by: dict[tuple[str, str], dict[str, Pod]] = {}
        for pod in pods:
            self.put(pod)

    def put(self, pod: Pod) -> None:
        """It came, or is another than before with the same labels."""
        for item in pod.meta.labels.items():
            self._by.setdefault(item, {})[pod.meta.uid] = pod

    def drop(self, pod: Pod) -> None:
        """It went, as it was put."""
        for item in pod.meta.labels.items():
            del self._by[item][pod.meta.uid]
            if not self._by[item]:
                del self._by[item]

    def matching(self, selector: Mapping[str, str]) -> Iterator[Pod]:
        """Pods that carry all of these labels, those that are being deleted left out."""
        found = [self._by.get(item, {}) for item in selector.items()]
        fewest = min(found, key=len, default={})
        for pod in fewest.values():
            if pod.meta.deleted is None and selector.items() <= pod.meta.labels.items():
                yield pod


def service_cause(
    service: Service,
    pods: Iterable[Pod],
    made: Callable[[Mapping[str, str]], bool],
    told: Callable[[Pod], bool],
    now: float,
) -> Cause | None:
    """Why a Service has no endpoints. `made` says whether any workload makes pods with such labels (one
    that is scaled to nothing is no trouble, one that can't make them has its own), `told` whether a pod's
    own trouble is shown: one root, one trouble."""
    if service.external or not service.selector or now - service.meta.created < PATIENCE:
        return None
    living = []
    for pod in pods:
        if pod.phase not in ("Succeeded", "Failed"):
            if _ready(pod):
                return None
            living.append(pod)
    if not living and not made(service.selector):
        labels = ",".join(f"{key}={value}" for key, value in service.selector.items())
        return Cause(f"no endpoints: no workload has pods with the labels {labels}", None)
    if not living or service.unready_too or any(map(told, living)):
        return None
    unready = [condition(pod.conditions, "Ready") for pod in living]
    since = max((one.since for one in unready if one is not None and one.since), default=None)
    if since is None or now - since < PATIENCE:
        return None
    return Cause(f"no endpoints: none of its {len(living)} pods is ready", since)


def ingress_cause(ingress: Ingress, services: frozenset[str], now: float) -> Cause | None:
    """Backends that are not there first; then an address that nobody gives. `services` are those of its
    namespace."""
    missing = [name for name in ingress.backends if name not in services]
    if missing:
        return Cause(f"its backend is missing: Service {', '.join(missing)}", ingress.meta.created)
    if not ingress.addresses and now - ingress.meta.created > 2 * PATIENCE:
        of = f" of class {ingress.class_name}" if ingress.class_name else ""
        text = f"has no address: no ingress controller{of} took it"
        return Cause(text, ingress.meta.created, Severity.LOOK)
    return None


_WANTED = ("Accepted", "Programmed", "ResolvedRefs")


def gateway_cause(gateway: Gateway, now: float) -> Cause | None:
    """The first condition that is not true, in the order in which they depend on each other."""
    for type_ in _WANTED:
        for by, one in gateway.conditions:
            if one.type == type_ and one.status == "False":
                text = f"{_REFUSED[type_]} by {by}: {one.message or one.reason}"
                return Cause(text, one.since, evidence=(f"{one.type} {one.status} {one.reason}",))
    if not gateway.conditions and now - gateway.meta.created > 2 * PATIENCE:
        return Cause("not accepted: no controller took it", gateway.meta.created, Severity.LOOK)
    return None


_REFUSED = {
    "Accepted": "not accepted",
    "Programmed": "not programmed",
    "ResolvedRefs": "names what is missing",
}


def claim_cause(claim: Claim, said: Sequence[str], now: float) -> Cause | None:
    """`said` are the messages of its events, newest first. A claim that waits for its first consumer waits
    as it should."""
    if claim.phase == "Lost":
        return Cause("its volume is lost", claim.meta.created, evidence=tuple(said[:2]))
    if claim.phase != "Pending" or now - claim.meta.created < PATIENCE:
        return None
    if said and "waiting for first consumer" in said[0]:
        return None
    of = f" (class {claim.storage_class})" if claim.storage_class else ""
    text = f"not bound{of}: {said[0]}" if said else f"not bound{of}"
    return Cause(text, claim.meta.created, Severity.LOOK, evidence=tuple(said[:2]))


def _ready(pod: Pod) -> bool:
    found = condition(pod.conditions, "Ready")
    return found is not None and found.status == "True"
