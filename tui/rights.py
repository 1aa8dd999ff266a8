"""What this user may do in one environment, asked by access reviews and written into its store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from tui.clock import Clock
from tui.errors import DeployError, Forbidden
from tui.model.record import Right
from tui.store import EVERYWHERE, Store

if TYPE_CHECKING:
    from tui.wire.kube import Client


class Need(Protocol):
    """A right that a deed takes: `patch`, `deployments.apps`."""

    @property
    def verb(self) -> str: ...

    @property
    def resource(self) -> str: ...


class Rights:
    """`review` asks all of them; a server that does not answer leaves what was known."""

    def __init__(
        self,
        client: Client,
        store: Store,
        clock: Clock,
        namespaces: Callable[[], Iterable[str]],
        elsewhere: Mapping[str, tuple[Client, str]],
    ) -> None:
        """`namespaces` are asked one by one for what is not allowed everywhere.

        `elsewhere` names resources that live in one namespace, perhaps of another cluster.
        """
        self._client = client
        self._elsewhere = elsewhere
        self._store = store
        self._clock = clock
        self._namespaces = namespaces

    async def review(self, needs: Iterable[Need]) -> None:
        """Cluster-wide first; where that is refused, in each namespace."""
        for need in sorted(needs, key=lambda one: (one.resource, one.verb)):
            try:
                if await self._ask(need, EVERYWHERE):
                    continue
                place = self._elsewhere.get(need.resource)
                for namespace in (place[1],) if place is not None else self._namespaces():
                    await self._ask(need, namespace)
            except Forbidden as error:
                no = Right(False, f"rights cannot be asked: {error.title}", self._clock.now())
                self._store.set_rights({(need.verb, need.resource, EVERYWHERE): no})
            except DeployError:
                return

    async def _ask(self, need: Need, namespace: str) -> bool:
        client = self._client_for(need.resource)
        right = await client.can(need.verb, need.resource, namespace, self._clock.now())
        self._store.set_rights({(need.verb, need.resource, namespace): right})
        return right.allowed

    async def allows(self, verb: str, resource: str, namespace: str) -> bool:
        """Whether a verb is allowed, as far as can be known: True where nobody answers."""
        try:
            return (await self._client_for(resource).can(verb, resource, namespace)).allowed
        except DeployError:
            return True

    def _client_for(self, resource: str) -> Client:
        place = self._elsewhere.get(resource)
        return self._client if place is None else place[0]
