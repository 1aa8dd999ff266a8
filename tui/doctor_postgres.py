"""Doctor's word on PostgreSQL: whether it can be asked as the configuration says, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from tui.clock import Clock
from tui.errors import DeployError, Forbidden
from tui.model.schema import Postgres
from tui.wire.kube import Client
from tui.wire.plain import plain
from tui.wire.postgres import Databases

VERBS = ("create", "get")
"""On pods/exec: newer API servers ask for the first, older ones for the second."""


@dataclass(frozen=True, slots=True)
class Answered:
    """`words` is for people: the versions, or why there are none; `lacking` are verbs on pods/exec."""

    words: str = ""
    lacking: tuple[str, ...] = ()
    error: bool = False


async def asked(client: Client, where: Postgres | None, clock: Clock) -> Answered:
    """Nothing where no PostgreSQL is configured; raises DeployError where rights can't be asked for."""
    if where is None:
        return Answered()
    try:
        found = await Databases(client, where, clock).schemas()
    except Forbidden as error:
        rights = [(verb, await client.can(verb, "pods/exec", where.namespace)) for verb in VERBS]
        lacking = tuple(verb for verb, right in rights if not right.allowed)
        return Answered(f"PostgreSQL is not asked: {plain(error.title)}", lacking, error=not lacking)
    except DeployError as error:
        return Answered(f"PostgreSQL is not asked: {plain(str(error))}", error=True)
    if not found:
        return Answered(f"PostgreSQL has no database as {where.database} that goose migrates", error=True)
    said = ", ".join(f"{one.database} {f'v{one.version}' if not one.problem else '?'}" for one in found)
    return Answered(f"PostgreSQL says {said}")
