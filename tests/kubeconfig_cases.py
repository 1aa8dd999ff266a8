"""The table of kubeconfigs that kubectl and we read side by side; `$NAMES` are filled in by the test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """Files are written under names; the first is --kubeconfig unless `listed` names a KUBECONFIG list."""

    name: str
    files: Mapping[str, str]
    listed: tuple[str, ...] = ()
    context: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    fails: str = ""  # both refuse; ours says this
    view: bool = True


def config(
    cluster: str = "server: $URL, certificate-authority-data: $CA_DATA", user: str = "token: t"
) -> str:
    return (
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
        "contexts: [{name: a, context: {cluster: c, user: u, namespace: apps}}]\n"
        f"clusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
    )


CA = "certificate-authority-data: $CA_DATA"
PLUGIN = "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "
BLOCK = """
apiVersion: v1
kind: Config
preferences: {}
"current-context": 'the "odd" one'
contexts:
- context: &both
    cluster: "c: 1"
    user: ~u
    namespace: >-
      folded
  name: 'the "odd" one'
clusters:
- {name: "c: 1", cluster: {"server": '$URL', insecure-skip-tls-verify: yes}}
users:
- name: ~u
  user:
    # a comment
    token: "t\\u0041"
    unknown-field: [1, 2]
"""
FIRST = "current-context: ''\nusers: [{name: u, user: {token: first}}]\n"
SECOND = "current-context: b\ncontexts: [{name: b, context: {cluster: c, user: u}}]\n" + (
    "clusters: [{name: c, cluster: {server: $URL, certificate-authority-data: $CA_DATA}}]\n"
    "users: [{name: u, user: {token: second, username: x}}]\n"
)
THIRD = "current-context: c\ncontexts: [{name: c, context: {cluster: none, user: u}}]\n"

CASES = [
    Case("token", {"k": config()}),
    Case("token-file", {"k": config(user="tokenFile: sub/t"), "sub/t": " from-file\n"}),
    Case("token-file-beats-token", {"k": config(user="token: t, tokenFile: t"), "t": "from-file\n"}),
    Case("token-serves-without-its-file", {"k": config(user="token: t, tokenFile: gone")}),
    Case("basic", {"k": config(user="username: us, password: 'p:w'")}),
    Case("client-certificate-files", {"k": config(user="client-certificate: $CERT, client-key: $KEY")}),
    Case(
        "client-certificate-data",
        {"k": config(user="client-certificate-data: $CERT_DATA, client-key-data: $KEY_DATA")},
    ),
    Case(
        "certificate-and-token", {"k": config(user="token: t, client-certificate: $CERT, client-key: $KEY")}
    ),
    Case(
        "relative-paths",
        {"sub/k": config("server: $URL, certificate-authority: ca.crt"), "sub/ca.crt": "$CA"},
    ),
    Case(
        "two-authorities", {"k": config(f"server: $URL, {CA}, certificate-authority: $CA")}, fails="only one"
    ),
    Case(
        "two-certificates",
        {
            "k": config(
                user="client-certificate: $CERT, client-certificate-data: $CERT_DATA, client-key: $KEY"
            )
        },
        fails="only one",
    ),
    Case("insecure", {"k": config("server: $URL, insecure-skip-tls-verify: true")}),
    Case("tls-server-name", {"k": config(f"server: $URL, {CA}, tls-server-name: api.test")}),
    Case(
        "wrong-server-name",
        {"k": config(f"server: $URL, {CA}, tls-server-name: b.test")},
        fails="another name",
    ),
    Case("plain-http", {"k": config("server: $HTTP", "token: t, as: bob")}),
    Case("plain-http-exec", {"k": config("server: $HTTP", PLUGIN + "/gone}")}),
    Case("server-without-scheme", {"k": config("server: $HTTP_PLACE")}, view=False),
    Case(
        "impersonation",
        {
            "k": config(
                user="token: t, as: bób, as-uid: '7', as-groups: [g1, g2], "
                "as-user-extra: {reason: [x, w], a/b: [z]}"
            )
        },
    ),
    Case("as-from-the-command-line", {"k": config()}, user="amy", groups=("g1", "g2")),
    Case("as-replaces-as", {"k": config(user="token: t, as: bob, as-groups: [old]")}, user="amy"),
    Case("groups-without-user", {"k": config(user="token: t, as-groups: [g]")}, fails="without a user"),
    Case("proxy-url", {"k": config(f"server: $URL, {CA}, proxy-url: $PROXY")}),
    Case(
        "proxy-and-server-name",
        {"k": config(f"server: $URL, {CA}, proxy-url: $PROXY, tls-server-name: api.test")},
    ),
    Case(
        "proxy-from-environment",
        {"k": config(f"server: 'https://api.test', {CA}")},
        environ={"HTTPS_PROXY": "$PROXY"},
    ),
    Case("loopback-is-not-proxied", {"k": config()}, environ={"HTTPS_PROXY": "http://127.0.0.1:1"}),
    Case("disable-compression", {"k": config(f"server: $URL, {CA}, disable-compression: true")}),
    Case("odd-yaml", {"k": BLOCK}),
    Case("several-files", {"k1": FIRST, "k2": SECOND, "k3": THIRD}, ("k1", "gone", "k2", "k3", "k1")),
    Case("other-context", {"k": config() + "x: 1\n", "k2": SECOND}, ("k", "k2"), context="b"),
    Case("exec-token", {"k": config(user=PLUGIN + "./plugin.sh, args: [token]}"), "plugin.sh": "$PLUGIN"}),
    Case(
        "exec-certificate", {"k": config(user=PLUGIN + "./plugin.sh, args: [cert]}"), "plugin.sh": "$PLUGIN"}
    ),
    Case(
        "exec-environment",
        {
            "k": config(
                user=PLUGIN
                + "./plugin.sh, args: [env], provideClusterInfo: true, env: [{name: A, value: b}]}"
            ),
            "plugin.sh": "$PLUGIN",
        },
    ),
    Case("exec-expired", {"k": config(user=PLUGIN + "./plugin.sh, args: [old]}"), "plugin.sh": "$PLUGIN"}),
    Case("token-beats-exec", {"k": config(user="token: t, " + PLUGIN + "/gone}")}),
    Case(
        "exec-fails",
        {"k": config(user=PLUGIN + "./plugin.sh, args: [fail]}"), "plugin.sh": "$PLUGIN"},
        fails="no luck",
    ),
    Case("exec-missing", {"k": config(user=PLUGIN + "/gone, installHint: get it}")}, fails="get it"),
    Case(
        "exec-wants-a-terminal",
        {"k": config(user=PLUGIN.replace("Never", "Always") + "x}")},
        fails="terminal",
    ),
    Case(
        "exec-without-mode",
        {"k": config(user=PLUGIN.replace(" interactiveMode: Never,", "") + "x}")},
        fails="interactiveMode",
    ),
    Case(
        "missing-user",
        {"k": config().replace("name: u,", "name: v,")},
        fails='k:4: context "a": user "u" does not exist',
    ),
    Case(
        "missing-context",
        {"k": config()},
        context="aa",
        fails='context "aa" does not exist in .*k: did you mean a',
    ),
    Case("missing-file", {"other": ""}, fails="no such kubeconfig"),
    Case(
        "number-as-token", {"k": config(user="token: 123")}, fails="k:6: token: expected text, found a number"
    ),
    Case("not-yaml", {"k": "a: [1\nb: }"}, fails="k:2: is not YAML"),
    Case("name-twice", {"k": config().replace("users: [", "users: [{name: u}, ")}, fails="given twice"),
    Case(
        "bad-base64",
        {"k": config("server: $URL, certificate-authority-data: '???'")},
        fails="expected base64",
    ),
    Case("two-ways", {"k": config(user="token: t, username: u")}, fails="only one is allowed"),
    Case("key-missing", {"k": config(user="client-certificate: $CERT")}, fails="client-key"),
    Case(
        "authority-and-insecure",
        {"k": config(f"server: $URL, {CA}, insecure-skip-tls-verify: true")},
        fails="exclude",
    ),
    Case("bad-port", {"k": config(f"server: 'https://x:port', {CA}")}, fails="expected https://host:port"),
    Case("gcp", {"k": config(user="auth-provider: {name: gcp, config: {}}")}, fails="gke-gcloud-auth-plugin"),
]

SCRIPT = """#!/bin/sh
V='"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"'
case "$1" in
token) echo "{$V,\\"status\\":{\\"token\\":\\"from-plugin\\"}}" ;;
old) echo "{$V,\\"status\\":{\\"token\\":\\"old\\",\\"expirationTimestamp\\":\\"2020-01-01T00:00:00Z\\"}}" ;;
env) echo "{$V,\\"status\\":{\\"token\\":\\"$(printf %s "$A $KUBERNETES_EXEC_INFO" | base64 -w0)\\"}}" ;;
cert) echo "{$V,\\"status\\":{\\"clientCertificateData\\":\\"@CERT@\\",\\"clientKeyData\\":\\"@KEY@\\"}}" ;;
fail) echo "no luck" >&2; exit 3 ;;
esac
"""
