"""Where Argo CD's REST API is and by which token: our settings, else the configuration of its own CLI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tui.errors import Misconfigured
from tui.model.argo import ArgoCd
from tui.wire.plain import plain
from tui.wire.secret import Secret


@dataclass(frozen=True, slots=True)
class RestPlace:
    """`server` is a URL without a slash at its end; an empty token is one that is not to be had."""

    server: str
    token: Secret
    insecure: bool = False  # its certificate is not checked, as the CLI was told


def rest_place(argo: ArgoCd, environ: Mapping[str, str], home: Path) -> RestPlace | None:
    """None where no server is declared; Misconfigured when its token can't be had.

    Without a token of ours, that of `argocd login` for the same server is taken.
    """
    if not argo.server:
        return None
    if argo.token.startswith("$"):
        name = argo.token[1:].strip("{}")
        if not environ.get(name):
            raise Misconfigured(f"{argo.token} is not set", "it should hold a token of Argo CD")
        return RestPlace(argo.server, Secret(environ[name].strip()))
    if argo.token:
        return RestPlace(argo.server, _of_file(Path(argo.token)))
    found = _of_cli(argo.server, environ, home)
    if found is None:
        hint = f"set token: under argocd:, or run argocd login {urlsplit(argo.server).netloc}"
        raise Misconfigured(f"no token for {argo.server} is known", hint)
    return found


def _of_file(file: Path) -> Secret:
    try:
        return Secret(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Misconfigured(f"{file}: the token can't be read: {why}", "see token: under argocd:") from error


def cli_file(environ: Mapping[str, str], home: Path) -> Path:
    """Where the CLI looks, in its own order."""
    if environ.get("ARGOCD_CONFIG_DIR"):
        return Path(environ["ARGOCD_CONFIG_DIR"]) / "config"
    old = home / ".argocd" / "config"
    if old.is_file():
        return old
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "argocd" / "config"


def _of_cli(server: str, environ: Mapping[str, str], home: Path) -> RestPlace | None:
    """The login for that server, of whichever context; the current one first."""
    file = cli_file(environ, home)
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(f"{file} can't be read", plain(str(error), 200)) from error
    if not isinstance(found, dict):
        return None
    wanted = urlsplit(server)
    place = wanted.netloc + wanted.path.rstrip("/")
    known = {str(one.get("name")): one for one in _tables(found.get("users"))}
    servers = {str(one.get("server")): one for one in _tables(found.get("servers"))}
    current = found.get("current-context")
    contexts = sorted(_tables(found.get("contexts")), key=lambda one: one.get("name") != current)
    for context in contexts:
        name = str(context.get("server"))
        told = servers.get(name, {})
        root = str(told.get("grpc-web-root-path") or "").strip("/")
        token = known.get(str(context.get("user")), {}).get("auth-token")
        if place in (name, f"{name}/{root}") and token:
            return RestPlace(server, Secret(str(token)), bool(told.get("insecure")))
    return None


def _tables(found: object) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
