"""Settings: what a configuration means, what of it is refused, and what stands in for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.errors import Misconfigured
from tui.model.argo import ArgoCd
from tui.model.environment import Confirmation, Platform, Purpose, SyncMode
from tui.settings import Options, Settings, load
from tui.settings_file import Ground

POLICY = """\
environments:
  local:        {platform: compose, file: compose.yaml}
  development:  {context: dev,     branch: develop, sync: auto, watch: namespaces}
  staging:      {context: staging, branch: release, sync: manual, namespaces: "{name}-staging"}
  production:
    context: prod
    branch: main
    sync: manual
    protected: true
    kubeconfig: prod.kubeconfig
    namespaces: {data: prod-data}
    confirm: {restart: name}
    argocd: {selector: environment=production}
namespaces:
  services: auth, personal, identity
  data: {purpose: "PostgreSQL, Valkey", expect: [postgres, valkey]}
argocd: {namespace: argocd, selector: none}
services:
  chart: services/{service}/helm
keymap:
  restart: "ctrl+r"
recordings: recordings
bell: false
theme: light
"""
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: staging
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts:
- {name: dev, context: {cluster: c, user: u}}
- {name: staging, context: {cluster: c, user: u}}
"""


def _load(folder: Path, options: Options | None = None, cwd: Path | None = None, **environ: str) -> Settings:
    return load(options or Options(), environ=environ, cwd=cwd or folder, home=folder / "home")


def _write(folder: Path, text: str, name: str = "deploytui.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_the_policy_is_read_whole(tmp_path: Path) -> None:
    file = _write(tmp_path, POLICY)
    settings = _load(tmp_path)
    local, development, staging, production = settings.environments
    assert (local.platform, local.file) == (Platform.COMPOSE, str(tmp_path / "compose.yaml"))
    assert (development.context, development.sync, development.watch_by_namespace) == (
        "dev",
        SyncMode.AUTO,
        True,
    )
    assert [p.actual for p in staging.namespaces] == ["services-staging", "data-staging"]
    assert production.namespaces == (
        Purpose("services", "services", "auth, personal, identity"),
        Purpose("data", "prod-data", "PostgreSQL, Valkey", ("postgres", "valkey")),
    )
    assert production.protected
    assert not staging.protected
    assert production.kubeconfig == str(tmp_path / "prod.kubeconfig")
    assert production.confirm == {"restart": Confirmation.NAME}
    assert settings.sections["staging"]["argocd"] == {"namespace": "argocd", "selector": "none"}
    merged = {"namespace": "argocd", "selector": "environment=production"}
    assert settings.sections["production"]["argocd"] == merged
    assert settings.keymap == {"restart": "ctrl+r"}
    assert settings.keymap_lines == {"restart": f"{file}:21"}
    assert settings.recordings == tmp_path / "recordings"
    assert not settings.bell
    assert settings.theme is Ground.LIGHT
    assert not settings.readonly
    assert settings.config_file == file


REFUSED = [
    ("enviroments: {}", 1, 'unknown key "enviroments"', "environments"),
    ("environments: {}", 1, "at least one", ""),
    ("environments:\n  a: {contxt: dev}", 2, 'unknown key "contxt"', "context"),
    ("environments:\n  a:\n    argcd:\n      namespace: x", 3, 'unknown key "argcd"', "argocd"),
    ("environments:\n  a: {sync: sometimes}", 2, "sync: expected auto or manual", ""),
    ("environments:\n  a: {platform: swarm}", 2, "platform: expected kubernetes or compose", ""),
    ("environments:\n  a: {protected: perhaps}", 2, "protected: expected true or false", ""),
    ("environments:\n  a: {watch: pods}", 2, "watch: expected cluster or namespaces", ""),
    ("environments:\n  a: {confirm: {restart: twice}}", 2, "restart: expected tab or name or count", ""),
    ("environments:\n  a: {platform: compose, context: dev}", 2, "no context", "remove"),
    ("environments:\n  a: {context: dev}\n  a: {context: b}", 3, '"a" is given twice', "keep one"),
    ("environments: [a, b]", 1, "environments: expected keys and values, found a list", ""),
    ("environments:\n  a: {namespaces: shared}", 2, "a pattern", ""),
    (
        "namespaces: {data: D}\nenvironments:\n  a: {namespaces: {dta: x}}",
        3,
        'unknown namespace "dta"',
        "data",
    ),
    (
        "namespaces: {data: D, web: W}\nenvironments:\n  a: {namespaces: {data: x, web: x}}",
        3,
        'data and web are both "x"',
        "",
    ),
    ("namespaces:\n  data: {expects: [a]}", 2, 'unknown key "expects"', "expect"),
    ("argocd: {namspace: x}", 1, 'unknown key "namspace"', "namespace"),
    ('argocd: {selector: "a b"}', 1, 'selector: "a b" is no part of a label selector', "environment="),
    ("argocd: {server: argo.example}", 1, "server: expected a URL", ""),
    ("argocd: {token: eyJhbGciOi}", 1, "is soon in a repository", "a variable"),
    ("argocd: {self-heal: often}", 1, "self-heal: expected true or false", ""),
    ("keymap:\n  restart: 5", 2, "restart: expected text, found a number", "quotes"),
    ("keymap:\n  restart:", 2, "restart: expected a key", ""),
    ("theme: solarized", 1, 'theme: expected dark or light, found "solarized"', ""),
    ("bell: loud", 1, "bell: expected true or false", ""),
    ("environments:\n  a: {context: [}", 2, "is not YAML", ""),
    ("- a", 1, "expected keys and values, found a list", ""),
    ("services: {chart: !secret x}", 1, "chart: expected plain values", ""),
]


def test_argo_cd_is_declared_at_the_top_and_by_environment(tmp_path: Path) -> None:
    text = """\
environments:
  production: {context: prod, argocd: {selector: environment=production, token: ~/token}}
  edge: {context: edge, argocd: {context: hub, kubeconfig: hub.yaml, destination: edge, self-heal: false}}
argocd: {namespace: gitops, server: "https://argo.example/", token: $ARGOCD_AUTH_TOKEN, self-heal: true}
"""
    _write(tmp_path, text)
    _write(tmp_path, KUBECONFIG, "config")
    settings = _load(tmp_path, KUBECONFIG=str(tmp_path / "config"))
    production, edge = (one.argo for one in settings.environments)
    assert production == ArgoCd(
        namespace="gitops",
        selector="environment=production",
        server="https://argo.example",
        self_heal=True,
        token=str(tmp_path / "home" / "token"),
    )
    assert (edge.context, edge.kubeconfig, edge.destination) == ("hub", str(tmp_path / "hub.yaml"), "edge")
    assert (edge.self_heal, edge.token, edge.elsewhere) == (False, "$ARGOCD_AUTH_TOKEN", True)


@pytest.mark.parametrize(("text", "line", "title", "hint"), REFUSED)
def test_a_mistake_is_told_with_file_and_line(
    tmp_path: Path, text: str, line: int, title: str, hint: str
) -> None:
    file = _write(tmp_path, text)
    with pytest.raises(Misconfigured) as caught:
        _load(tmp_path)
    assert caught.value.title.startswith(f"{file}:{line}: ")
    assert title in caught.value.title
    assert hint in caught.value.hint


def test_the_file_is_looked_for_up_to_the_repository_then_in_the_users_folder(tmp_path: Path) -> None:
    inner = tmp_path / "repository/services/auth"
    inner.mkdir(parents=True)
    above = _write(tmp_path, "environments: {above: {context: a}}")
    (tmp_path / "repository/.git").mkdir()
    own = _write(tmp_path, "environments: {own: {context: a}}", "xdg/deploytui/config.yaml")
    settings = _load(tmp_path, cwd=inner, XDG_CONFIG_HOME=str(tmp_path / "xdg"))
    assert settings.config_file == own
    root = _write(tmp_path, "environments: {root: {context: a}}", "repository/deploytui.yaml")
    settings = _load(tmp_path, cwd=inner, XDG_CONFIG_HOME=str(tmp_path / "xdg"))
    assert settings.config_file == root
    assert _load(tmp_path, Options(config=above), cwd=inner).start == "above"
    with pytest.raises(Misconfigured, match="no such file"):
        _load(tmp_path, Options(config=tmp_path / "missing.yaml"))


def test_without_configuration_the_current_context_and_a_compose_file_are_the_environments(
    tmp_path: Path,
) -> None:
    kubeconfig = str(_write(tmp_path, KUBECONFIG, "kubeconfig"))
    settings = _load(tmp_path, KUBECONFIG=kubeconfig)
    assert [(e.name, e.context) for e in settings.environments] == [("staging", "staging")]
    assert settings.environments[0].namespaces == ()
    _write(tmp_path, "services: {}", "compose.yml")
    settings = _load(tmp_path, Options(context="dev"), KUBECONFIG=kubeconfig)
    assert [e.name for e in settings.environments] == ["dev", "local"]
    assert settings.start == "dev"
    assert [e.name for e in _load(tmp_path).environments] == ["local"]


def test_with_nothing_at_all_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no kubeconfig found") as caught:
        _load(tmp_path)
    assert "--kubeconfig" in caught.value.hint


def test_which_environment_opens_first(tmp_path: Path) -> None:
    _write(tmp_path, POLICY)
    kubeconfig = _write(tmp_path, KUBECONFIG, "kubeconfig")
    assert _load(tmp_path).start == "development"
    assert _load(tmp_path, KUBECONFIG=str(kubeconfig)).start == "staging"
    assert _load(tmp_path, Options(kubeconfig=kubeconfig)).start == "staging"
    assert _load(tmp_path, Options(context="prod")).start == "production"
    assert _load(tmp_path, Options(environment="local")).start == "local"
    with pytest.raises(Misconfigured, match='"prodction" does not exist') as caught:
        _load(tmp_path, Options(environment="prodction"))
    assert caught.value.hint == "did you mean production?"


def test_a_context_of_the_command_line_joins_or_replaces(tmp_path: Path) -> None:
    _write(tmp_path, POLICY)
    settings = _load(tmp_path, Options(context="elsewhere"))
    assert (settings.start, settings.environments[-1].context) == ("elsewhere", "elsewhere")
    settings = _load(tmp_path, Options(environment="staging", context="elsewhere"))
    assert {e.name: e.context for e in settings.environments}["staging"] == "elsewhere"
    with pytest.raises(Misconfigured, match="declared with another context"):
        _load(tmp_path, Options(context="production"))


def test_the_command_line_and_the_state_folder(tmp_path: Path) -> None:
    _write(tmp_path, POLICY)
    settings = _load(tmp_path, Options(readonly=True, namespace="data", user="jane", groups=("ops",)))
    assert settings.readonly
    assert (settings.namespace, settings.user, settings.groups) == ("data", "jane", ("ops",))
    assert settings.state == tmp_path / "home/.local/state/deploytui"
    assert _load(tmp_path, XDG_STATE_HOME="/var/state").state == Path("/var/state/deploytui")
    assert _load(tmp_path, XDG_STATE_HOME="relative").state == tmp_path / "home/.local/state/deploytui"
    assert _load(tmp_path, Options(state=tmp_path / "s")).state == tmp_path / "s"
