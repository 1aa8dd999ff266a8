"""What a kubeconfig context grants: which server, over what, as whom; its repr shows no credential."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

from tui.wire.secret import Secret


@dataclass(frozen=True, slots=True)
class Tls:
    """How the server's certificate is checked; `ca_data` is PEM text and beats `ca_file`."""

    ca_file: Path | None = None
    ca_data: str = ""
    server_name: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Certificate and key as PEM text or as files; the text wins."""

    certificate: Secret = field(default_factory=lambda: Secret(""))
    key: Secret = field(default_factory=lambda: Secret(""))
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credentials besides, perhaps, a client certificate."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; the file's content wins over the token while it can be read."""

    token: Secret
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Basic:
    username: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Exec:
    """A client-go credential plugin: https://kubernetes.io/docs/reference/access-authn-authz/authentication/."""

    command: str
    args: tuple[str, ...] = field(repr=False)
    env: tuple[tuple[str, str], ...] = field(repr=False)
    api_version: str
    interactive_mode: str
    install_hint: str = ""
    cluster_info: str = field(default="", repr=False)  # JSON of spec.cluster; empty when not asked for


@dataclass(frozen=True, slots=True)
class Oidc:
    """The `oidc` auth-provider; `file` and `user` say where refreshed tokens are written back."""

    issuer: str
    client_id: str
    client_secret: Secret
    id_token: Secret
    refresh_token: Secret
    ca_file: Path | None
    ca_data: str
    file: Path
    user: str


Auth = Anonymous | Token | Basic | Exec | Oidc


@dataclass(frozen=True, slots=True)
class Impersonation:
    user: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """One context, resolved; `files` are those that were read for it, in order of precedence."""

    context: str
    server: str  # URL without trailing slash
    namespace: str
    user_name: str
    cluster_name: str
    tls: Tls = Tls()
    certificate: ClientCertificate | None = None
    auth: Auth = Anonymous()
    impersonate: Impersonation = Impersonation()
    proxy_url: Secret = field(default_factory=lambda: Secret(""))  # it may carry a password
    compression: bool = True
    files: tuple[Path, ...] = ()
    socket: str = ""  # the Unix socket that is asked instead of the URL's host

    @property
    def identity(self) -> Hashable:
        """Equal for contexts that reach the same server in the same way as the same user."""
        who = (self.user_name, self.auth, self.certificate, self.impersonate)
        return (self.server, self.socket, self.tls, self.proxy_url, self.compression, *who)
