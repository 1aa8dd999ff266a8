"""Where the Docker engine is: as the docker command finds it, then the sockets of rootless Docker and Podman.

Order of docker/cli: DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, the default socket.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui.errors import Misconfigured
from tui.wire.access import Access, ClientCertificate, Tls

DEFAULT = "/var/run/docker.sock"
_OURS = (1, 50)  # the newest API version whose answers we know


def resolve(environ: Mapping[str, str], home: Path, declared: str = "") -> Access:
    """`declared` is the environment's own `endpoint:`; Misconfigured for what can't be asked."""
    config = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    host = declared or environ.get("DOCKER_HOST", "")
    if host:
        tls, certificate = _tls_of(environ, config)
        return _access("default", host, tls, certificate)
    name = environ.get("DOCKER_CONTEXT") or str(_json(config / "config.json").get("currentContext") or "")
    if name and name != "default":
        return _of_context(name, config)
    return _access("default", f"unix://{_socket(environ, home)}", None, None)


def endpoint(access: Access) -> str:
    """`unix:///var/run/docker.sock`, `tcp://host:2376`."""
    return f"unix://{access.socket}" if access.socket else access.server.replace("http", "tcp", 1)


def api_version(offered: str, environ: Mapping[str, str]) -> str:
    """The path's prefix for a server that offers `1.41`: DOCKER_API_VERSION, else the older of the two."""
    asked = environ.get("DOCKER_API_VERSION", "")
    if asked:
        return asked.removeprefix("v")
    numbers = tuple(int(part) for part in offered.split(".") if part.isdigit())
    return ".".join(str(part) for part in min(numbers, _OURS)) if len(numbers) == 2 else "1.41"


def how_to_start(access: Access) -> str:
    """What the operator does about an engine that is not there."""
    if "podman" in access.socket:
        return "systemctl --user start podman.socket"
    if not access.socket:
        return "start Docker there"
    return "start Docker, or colima start"


def _of_context(name: str, config: Path) -> Access:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = config / "contexts" / "meta" / digest / "meta.json"
    if not meta.is_file():
        raise Misconfigured(
            f'docker context "{name}" does not exist', "docker context ls shows those that do"
        )
    found = _json(meta).get("Endpoints", {}).get("docker", {})
    folder = config / "contexts" / "tls" / digest / "docker"
    tls = certificate = None
    if folder.is_dir() or found.get("SkipTLSVerify"):
        tls, certificate = _tls_in(folder, verify=not found.get("SkipTLSVerify"))
    return _access(name, str(found.get("Host") or ""), tls, certificate)


def _socket(environ: Mapping[str, str], home: Path) -> str:
    """The default one; where it is not there, the first of the others that is."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    others = [f"{runtime}/docker.sock"] if runtime else []
    others += [str(home / ".docker/run/docker.sock"), str(home / ".colima/default/docker.sock")]
    others += [f"{runtime}/podman/podman.sock"] if runtime else []
    others.append("/run/podman/podman.sock")
    return next((path for path in (DEFAULT, *others) if Path(path).exists()), DEFAULT)


def _access(name: str, host: str, tls: Tls | None, certificate: ClientCertificate | None) -> Access:
    scheme, _, rest = host.partition("://")
    if scheme == "unix" and rest.startswith("/"):
        return Access(name, "http://docker", "", "", "", socket=rest, compression=False)
    if scheme == "ssh":
        title = f"{host}: an engine behind ssh is not asked"
        raise Misconfigured(title, "forward its socket: ssh -L ~/docker.sock:/var/run/docker.sock HOST")
    if scheme not in ("tcp", "http", "https"):
        raise Misconfigured(f'"{host}" is no address of a Docker engine', "expected unix:// or tcp://")
    secure = tls is not None or scheme == "https"
    try:
        url = urlsplit(f"tcp://{rest}")
        where, port = url.hostname or "127.0.0.1", url.port or (2376 if secure else 2375)
    except ValueError as error:
        raise Misconfigured(f'"{host}" is no address of a Docker engine: {error}') from error
    where = f"[{where}]" if ":" in where else where
    server = f"{'https' if secure else 'http'}://{where}:{port}{url.path.rstrip('/')}"
    return Access(name, server, "", "", "", tls=tls or Tls(), certificate=certificate, compression=False)


def _tls_of(environ: Mapping[str, str], config: Path) -> tuple[Tls | None, ClientCertificate | None]:
    """DOCKER_TLS_VERIFY checks the server; DOCKER_TLS alone only encrypts."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None, None
    return _tls_in(Path(environ.get("DOCKER_CERT_PATH") or config), verify=verify)


def _tls_in(folder: Path, *, verify: bool) -> tuple[Tls, ClientCertificate | None]:
    authority, own, key = (folder / f"{name}.pem" for name in ("ca", "cert", "key"))
    tls = Tls(ca_file=authority if authority.is_file() else None, insecure=not verify)
    if not own.is_file():
        return tls, None
    return tls, ClientCertificate(certificate_file=own, key_file=key)


def _json(file: Path) -> dict[str, Any]:
    """A file of the docker command; one that is not there holds nothing."""
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{file} can't be read: {error}", "docker context ls says more") from error
    return found if isinstance(found, dict) else {}
