"""The kubeconfig as kubectl reads it: which files, which of them wins, and what a context gives access to.

Rules: client-go tools/clientcmd (loader.go, client_config.go, validation.go).
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tui.errors import Misconfigured
from tui.wire import yaml_entry
from tui.wire.access import Access, ClientCertificate, Impersonation, Tls, Token
from tui.wire.kubeconfig_user import certificate, impersonation, user_auth
from tui.wire.secret import Secret
from tui.wire.yaml_entry import Entry

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
IN_CLUSTER = "in-cluster"


def load(
    explicit: Path | None,
    environ: Mapping[str, str],
    home: Path,
    *,
    service_account: Path = SERVICE_ACCOUNT,
) -> Kubeconfig:
    """Reads `explicit` (must exist), else KUBECONFIG's files, else ~/.kube/config, else the pod's account."""
    if explicit is not None:
        if not explicit.is_file():
            raise Misconfigured(f"{explicit}: there is no such kubeconfig", "check --kubeconfig")
        return Kubeconfig((explicit,), None)
    listed = environ.get("KUBECONFIG", "")
    names = [name for name in listed.split(os.pathsep) if name] if listed else [str(home / ".kube/config")]
    paths = tuple(Path(name) for name in dict.fromkeys(names))
    present = tuple(path for path in paths if path.exists())
    config = Kubeconfig(present, _in_cluster(environ, service_account), looked_in=paths)
    if not present and not config.context_names:
        tried = ", ".join(str(path) for path in paths)
        raise Misconfigured(f"no kubeconfig found ({tried})", "set KUBECONFIG or give --kubeconfig FILE")
    return config


def _in_cluster(environ: Mapping[str, str], account: Path) -> Access | None:
    """The access of the pod that we run in, None outside of one."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST", ""), environ.get("KUBERNETES_SERVICE_PORT", "")
    token = account / "token"
    if not (host and port and token.is_file()):
        return None
    try:
        namespace = environ.get("POD_NAMESPACE", "") or (account / "namespace").read_text().strip()
    except OSError:
        namespace = ""
    ca = account / "ca.crt"
    return Access(
        context=IN_CLUSTER,
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        namespace=namespace or "default",
        user_name="service account",
        cluster_name=IN_CLUSTER,
        tls=Tls(ca_file=ca if ca.is_file() else None),
        auth=Token(Secret(""), token),
    )


class Kubeconfig:
    """Merged files: the first file that defines a name wins it whole, the first current-context wins."""

    def __init__(
        self, files: Sequence[Path], in_cluster: Access | None, looked_in: Sequence[Path] = ()
    ) -> None:
        self.files = tuple(files)
        self._places = os.pathsep.join(str(path) for path in (*files,) or looked_in)
        self.current_context = ""
        self._contexts: dict[str, Entry] = {}
        self._clusters: dict[str, Entry] = {}
        self._users: dict[str, Entry] = {}
        for file in self.files:
            self._add(yaml_entry.read(file))
        # kubectl turns to the pod's account only when the merged files hold nothing at all
        empty = not (self._contexts or self._clusters or self._users or self.current_context)
        self._in_cluster = in_cluster if empty else None
        if self._in_cluster is not None:
            self.current_context = IN_CLUSTER

    def _add(self, top: Entry) -> None:
        kind, version = top.text("kind"), top.text("apiVersion")
        if kind not in {"", "Config"} or version not in {"", "v1"}:
            raise top.wrong("kind", f'expected kind Config of v1, found "{kind}" of "{version}"')
        self.current_context = self.current_context or top.text("current-context")
        for key, known in (
            ("contexts", self._contexts),
            ("clusters", self._clusters),
            ("users", self._users),
        ):
            seen: set[str] = set()
            for named in top.entries(key):
                name = named.text("name")
                if name in seen:
                    raise named.wrong("name", f'{key}: "{name}" is given twice', "remove one of the two")
                seen.add(name)
                known.setdefault(name, named.entry(key[:-1]))

    @property
    def context_names(self) -> tuple[str, ...]:
        """In the order of the files."""
        return (IN_CLUSTER,) if self._in_cluster is not None else tuple(self._contexts)

    def access(self, context: str | None, *, user: str = "", groups: Sequence[str] = ()) -> Access:
        """What a context (None: the current one) gives; `user` and `groups` are --as and --as-group."""
        asked = Impersonation(user=user, groups=tuple(groups))
        if self._in_cluster is not None and context in {None, "", IN_CLUSTER}:
            return replace(self._in_cluster, impersonate=_merged(Impersonation(), asked, IN_CLUSTER))
        name = context or self.current_context
        if not name:
            hint = "choose one with --context: " + ", ".join(self.context_names)
            raise Misconfigured(f"no current-context is set in {self._places}", hint)
        if name not in self._contexts:
            hint = _near(name, self.context_names, "contexts")
            raise Misconfigured(f'context "{name}" does not exist in {self._places}', hint)
        return self._resolve(name, self._contexts[name], asked)

    def _resolve(self, name: str, entry: Entry, asked: Impersonation) -> Access:
        cluster_name, user_name = entry.text("cluster"), entry.text("user")
        cluster = self._clusters.get(cluster_name)
        if cluster is None:
            hint = _near(cluster_name, self._clusters, "clusters")
            raise entry.wrong("cluster", f'context "{name}": cluster "{cluster_name}" does not exist', hint)
        user = self._users.get(user_name)
        if user is None and user_name:
            hint = _near(user_name, self._users, "users")
            raise entry.wrong("user", f'context "{name}": user "{user_name}" does not exist', hint)
        user = user or Entry(entry.file, None)
        own: ClientCertificate | None = certificate(user, user_name)
        return Access(
            context=name,
            server=_server(cluster, cluster_name),
            namespace=entry.text("namespace") or "default",
            user_name=user_name,
            cluster_name=cluster_name,
            tls=_tls(cluster, cluster_name),
            certificate=own,
            auth=user_auth(user, user_name, cluster, has_certificate=own is not None),
            impersonate=_merged(impersonation(user), asked, user_name),
            proxy_url=Secret(_proxy_url(cluster)),
            compression=not cluster.flag("disable-compression"),
            files=self.files,
        )


def _server(cluster: Entry, name: str) -> str:
    url = cluster.text("server")
    if not url:
        raise cluster.wrong("server", f'cluster "{name}" names no server', "add `server: https://host:port`")
    if "://" not in url:
        url = f"http://{url}"  # as client-go takes it, whatever the port
    scheme = url.partition("://")[0]
    if scheme.lower() not in {"http", "https"} or not _has_place(url):
        raise cluster.wrong("server", f'cluster "{name}": expected https://host:port, found "{url}"')
    return url.rstrip("/")


def _has_place(url: str) -> bool:
    """Whether a URL has a host, and a port that is one."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _tls(cluster: Entry, name: str) -> Tls:
    file, data = cluster.path("certificate-authority"), cluster.data("certificate-authority-data")
    insecure = cluster.flag("insecure-skip-tls-verify")
    if insecure and (file or data):
        title = f'cluster "{name}": a certificate authority and insecure-skip-tls-verify exclude each other'
        raise cluster.wrong("insecure-skip-tls-verify", title, "remove insecure-skip-tls-verify")
    if file is not None and data:
        title = f'cluster "{name}": certificate-authority and certificate-authority-data: only one is allowed'
        raise cluster.wrong("certificate-authority", title)
    if file is not None and not file.is_file():
        raise cluster.wrong("certificate-authority", f"certificate-authority: {file} can't be read")
    return Tls(
        ca_file=file,
        ca_data=data,
        server_name=cluster.text("tls-server-name"),
        insecure=insecure,
    )


def _proxy_url(cluster: Entry) -> str:
    url = cluster.text("proxy-url")
    if url and url.partition("://")[0] not in {"http", "https", "socks5"}:
        raise cluster.wrong("proxy-url", "proxy-url: expected http://, https:// or socks5://")
    return url


def _merged(own: Impersonation, asked: Impersonation, user_name: str) -> Impersonation:
    """What was asked for on the command line replaces the kubeconfig's value, field by field."""
    merged = Impersonation(
        user=asked.user or own.user,
        uid=own.uid,
        groups=asked.groups or own.groups,
        extra=own.extra,
    )
    if (merged.uid or merged.groups or merged.extra) and not merged.user:
        title = f'user "{user_name}": groups, uid or extra are impersonated without a user'
        raise Misconfigured(title, "add --as USER, or `as: USER` in the kubeconfig")
    return merged


def _near(name: str, known: Sequence[str] | Mapping[str, Entry], what: str) -> str:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    return f"there are {what}: " + ", ".join(known) if known else f"there are no {what}"
