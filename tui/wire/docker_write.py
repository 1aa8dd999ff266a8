"""A restart by the engine's own API, for where there is no docker command: one container after the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING

from tui.errors import DeployError, Unknown
from tui.wire.compose_cli import Said

if TYPE_CHECKING:
    from tui.wire.server import Server

_GRACE = 10  # seconds that a container has to end, as with the docker command
_PATIENCE = 60.0  # seconds until an answer is given up


async def restart(server: Server, containers: Mapping[str, str]) -> AsyncGenerator[Said, None]:
    """Tells what `compose_cli.run` would; `containers` is id -> name. Unknown when an answer is lost."""
    said = Said()
    for id, name in containers.items():
        said.lines.append(f" Container {name}  Restarting")
        yield said
        try:
            path = f"/containers/{id}/restart"
            await server.request("POST", path, params={"t": str(_GRACE)}, timeout=_PATIENCE)
        except Unknown:
            raise
        except DeployError as error:
            said.lines.append(str(error))
            said.code = 1
            break
        said.lines.append(f" Container {name}  Started")
    else:
        said.code = 0
    yield said
