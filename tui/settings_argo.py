"""The table `argocd:` of the configuration: where Argo CD is, and which Applications are an environment's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.model.argo import ArgoCd
from tui.model.label_selector import requirements
from tui.wire.yaml_entry import Entry

_TEXTS = ("namespace", "context", "kubeconfig", "selector", "destination", "server", "token")
KEYS = (*_TEXTS, "self-heal")


def check(table: Entry) -> None:
    """Raises Misconfigured with the line of what is wrong in it."""
    for key in _TEXTS:
        if table.has(key):
            table.text(key)
    table.flag("self-heal")
    try:
        requirements(table.text("selector"))
    except ValueError as error:
        raise table.wrong("selector", f"selector: {error}", "as environment=production") from None
    if table.has("server") and not table.text("server").startswith(("https://", "http://")):
        raise table.wrong("server", "server: expected a URL as https://argocd.example.org")
    if table.text("token") and not table.text("token").startswith(("$", "/", "~", ".")):
        title = "token: a token in a configuration is soon in a repository"
        raise table.wrong("token", title, "name a variable as $ARGOCD_AUTH_TOKEN, or a file")


def made(section: Mapping[str, object] | None, folder: Path, home: Path) -> ArgoCd:
    """From the merged table of an environment; `folder` is that of the configuration."""
    said = {key: str(section.get(key) or "") for key in _TEXTS} if section else {}
    return ArgoCd(
        namespace=said.get("namespace") or ArgoCd().namespace,
        context=said.get("context", ""),
        kubeconfig=_file(said.get("kubeconfig", ""), folder, home),
        selector=said.get("selector", ""),
        destination=said.get("destination", ""),
        server=said.get("server", "").rstrip("/"),
        self_heal=bool(section["self-heal"]) if section and "self-heal" in section else None,
        token=_token(said.get("token", ""), folder, home),
    )


def _token(text: str, folder: Path, home: Path) -> str:
    return text if text.startswith("$") else _file(text, folder, home)


def _file(text: str, folder: Path, home: Path) -> str:
    if not text:
        return ""
    if text == "~" or text.startswith("~/"):
        return str(home / text[2:])
    return str(folder / text)
