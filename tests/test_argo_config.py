"""Where Argo CD's REST API is and by which token: our settings, else the login of its own command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui.errors import Misconfigured
from tui.model.argo import ArgoCd
from tui.wire.argo_config import RestPlace, cli_file, rest_place
from tui.wire.secret import Secret

TOKEN = "eyJ.secret.token"


def place(argo: ArgoCd, environ: dict[str, str], home: Path) -> RestPlace:
    found = rest_place(argo, environ, home)
    assert found is not None
    return found


def test_the_token_of_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    by_name = ArgoCd(server="https://argocd.example.org", token="$ARGO")
    assert place(by_name, {"ARGO": TOKEN}, tmp_path).token == Secret(TOKEN)
    by_file = ArgoCd(server="https://argocd.example.org", token=str(file))
    assert place(by_file, {}, tmp_path).token == Secret(TOKEN)
    assert rest_place(ArgoCd(), {}, tmp_path) is None


@pytest.mark.parametrize("token", ["$ARGO", "/nowhere/token", ""])
def test_a_token_that_cannot_be_had_is_said(token: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        rest_place(ArgoCd(server="https://argocd.example.org", token=token), {}, tmp_path)


def cli(folder: Path, **server: Any) -> None:
    folder.mkdir(parents=True)
    told = {
        "current-context": "prod",
        "contexts": [
            {"name": "old", "server": "argocd.example.org", "user": "gone"},
            {"name": "prod", "server": "argocd.example.org", "user": "ann"},
        ],
        "servers": [{"server": "argocd.example.org", **server}],
        "users": [{"name": "ann", "auth-token": TOKEN}, {"name": "gone"}],
    }
    (folder / "config").write_text(json.dumps(told))


def test_the_login_of_its_own_command_line(tmp_path: Path) -> None:
    cli(tmp_path / ".config" / "argocd", insecure=True)
    found = place(ArgoCd(server="https://argocd.example.org"), {}, tmp_path)
    assert (found.token, found.insecure) == (Secret(TOKEN), True)
    with pytest.raises(Misconfigured, match="no token for https://other"):
        rest_place(ArgoCd(server="https://other.example.org"), {}, tmp_path)


def test_behind_a_root_path(tmp_path: Path) -> None:
    cli(tmp_path / "own", **{"grpc-web-root-path": "argocd"})
    environ = {"ARGOCD_CONFIG_DIR": str(tmp_path / "own")}
    assert place(ArgoCd(server="https://argocd.example.org/argocd"), environ, tmp_path).token == Secret(TOKEN)


def test_where_the_command_line_keeps_it(tmp_path: Path) -> None:
    assert cli_file({"XDG_CONFIG_HOME": "/x"}, tmp_path) == Path("/x/argocd/config")
    (tmp_path / ".argocd").mkdir()
    (tmp_path / ".argocd" / "config").write_text("{}")
    assert cli_file({}, tmp_path) == tmp_path / ".argocd" / "config"
