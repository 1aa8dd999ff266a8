"""A session of either platform: what the screen shows of an environment, and one object's own document."""

from __future__ import annotations

from tui.compose_session import ComposeSession
from tui.model.key import Meta
from tui.session import Session
from tui.wire.kinds import KINDS

AnySession = Session | ComposeSession


async def document(session: AnySession, meta: Meta) -> bytes:
    """The JSON of an object as its cluster or engine has it."""
    if isinstance(session, ComposeSession):
        return await session.client.document(meta)
    return await session.argo.client_of(meta.kind).get(KINDS[meta.kind], meta.namespace, meta.name)
