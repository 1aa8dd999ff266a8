"""One `user:` of a kubeconfig: credentials and impersonation. Rules: client-go clientcmd/validation.go."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from tui.wire.access import Anonymous, Auth, Basic, ClientCertificate, Exec, Impersonation, Oidc, Token
from tui.wire.secret import Secret
from tui.wire.yaml_entry import Entry

_EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_EXEC_EXTENSION = "client.authentication.k8s.io/exec"


def impersonation(user: Entry) -> Impersonation:
    """The `as` fields."""
    return Impersonation(
        user=user.text("as"),
        uid=user.text("as-uid"),
        groups=user.texts("as-groups"),
        extra=user.lists("as-user-extra"),
    )


def certificate(user: Entry, name: str) -> ClientCertificate | None:
    """The client certificate, None without one; files must exist now."""
    pem, key = user.data("client-certificate-data"), user.data("client-key-data")
    pem_file, key_file = user.path("client-certificate"), user.path("client-key")
    if not pem and pem_file is None:
        return None
    if not key and key_file is None:
        raise user.wrong(None, f'user "{name}": client-key or client-key-data is missing')
    for label, data, file in (("client-certificate", pem, pem_file), ("client-key", key, key_file)):
        if data and file is not None:
            title = f'user "{name}": {label} and {label}-data: only one is allowed'
            raise user.wrong(label, title)
        if file is not None and not os.access(file, os.R_OK):
            raise user.wrong(label, f"{label}: {file} can't be read")
    return ClientCertificate(
        certificate=Secret(pem),
        key=Secret(key),
        certificate_file=pem_file,
        key_file=key_file,
    )


def user_auth(user: Entry, name: str, cluster: Entry, *, has_certificate: bool) -> Auth:
    """How the user proves who he is; more than one way is refused where kubectl refuses it."""
    token, token_file = user.text("token"), user.path("tokenFile")
    basic = user.has("username") or user.has("password")
    if token and basic:
        title = f'user "{name}": both token and username/password are given, only one is allowed'
        raise user.wrong("token", title)
    if user.has("exec") and user.has("auth-provider"):
        raise user.wrong("exec", f'user "{name}": exec and auth-provider exclude each other')
    exec_plugin = _exec(user, name, cluster) if user.has("exec") else None
    if token_file is not None and not token and not os.access(token_file, os.R_OK):
        raise user.wrong("tokenFile", f"tokenFile: {token_file} can't be read")
    if token or token_file:
        return Token(Secret(token), token_file)
    if basic:
        return Basic(user.text("username"), Secret(user.text("password")))
    if user.has("auth-provider"):
        return _provider(user, name)
    if exec_plugin is not None and not has_certificate:
        return exec_plugin
    return Anonymous()


def _exec(user: Entry, name: str, cluster: Entry) -> Exec:
    entry = user.entry("exec")
    command, version = entry.text("command"), entry.text("apiVersion")
    if not command:
        raise user.wrong("exec", f'user "{name}": exec names no command')
    if version not in _EXEC_VERSIONS:
        expected = " or ".join(_EXEC_VERSIONS)
        title = f'user "{name}": exec apiVersion: expected {expected}, found "{version}"'
        raise entry.wrong("apiVersion", title, "update the plugin, then write its kubeconfig entry again")
    mode = entry.text("interactiveMode")
    if not mode and version == _EXEC_VERSIONS[0]:
        raise entry.wrong(
            None, f'user "{name}": exec names no interactiveMode', "add `interactiveMode: Never`"
        )
    if mode not in {"", "Never", "IfAvailable", "Always"}:
        title = f'interactiveMode: expected Never, IfAvailable or Always, found "{mode}"'
        raise entry.wrong("interactiveMode", title)
    if "/" in command and not command.startswith("/"):
        command = str((entry.file.parent / command).absolute())
    env = tuple((pair.text("name"), pair.text("value")) for pair in entry.entries("env"))
    info = _cluster_info(cluster) if entry.flag("provideClusterInfo") else ""
    hint = entry.text("installHint")
    return Exec(command, entry.texts("args"), env, version, mode or "IfAvailable", hint, info)


def _cluster_info(cluster: Entry) -> str:
    """`spec.cluster` of KUBERNETES_EXEC_INFO as JSON, fields and order as client-go writes them."""
    info: dict[str, object] = {"server": cluster.text("server")}
    if name := cluster.text("tls-server-name"):
        info["tls-server-name"] = name
    if cluster.flag("insecure-skip-tls-verify"):
        info["insecure-skip-tls-verify"] = True
    file = cluster.path("certificate-authority")
    if cluster.has("certificate-authority-data"):
        info["certificate-authority-data"] = cluster.text("certificate-authority-data")
    elif file is not None:
        info["certificate-authority-data"] = _base64(file)
    if proxy := cluster.text("proxy-url"):
        info["proxy-url"] = proxy
    if cluster.flag("disable-compression"):
        info["disable-compression"] = True
    config: object = None
    for extension in cluster.entries("extensions"):
        if extension.text("name") == _EXEC_EXTENSION:
            config = extension.plain("extension")
    info["config"] = config
    return json.dumps(info, separators=(",", ":"), default=str)


def _base64(file: Path) -> str:
    try:
        return base64.b64encode(file.read_bytes()).decode()
    except OSError:
        return ""


def _provider(user: Entry, name: str) -> Oidc:
    provider = user.entry("auth-provider")
    kind, config = provider.text("name"), provider.entry("config")
    if kind != "oidc":
        title = f'user "{name}": the auth-provider "{kind}" no longer exists in Kubernetes clients'
        hints = {"gcp": "gke-gcloud-auth-plugin", "azure": "kubelogin"}
        raise user.wrong(
            "auth-provider", title, f"use the exec plugin {hints[kind]}" if kind in hints else ""
        )
    for key in ("idp-issuer-url", "client-id"):
        if not config.text(key):
            raise provider.wrong("config", f'user "{name}": auth-provider oidc needs {key}')
    ca = config.text("idp-certificate-authority")
    return Oidc(
        issuer=config.text("idp-issuer-url").rstrip("/"),
        client_id=config.text("client-id"),
        client_secret=Secret(config.text("client-secret")),
        id_token=Secret(config.text("id-token")),
        refresh_token=Secret(config.text("refresh-token")),
        ca_file=Path(ca) if ca else None,
        ca_data=config.data("idp-certificate-authority-data"),
        file=user.file,
        user=name,
    )
