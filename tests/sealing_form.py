"""The seal form as tests use it: a checkout of charts with a world's configuration, and the cockpit on it."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.cockpit import Driver, cockpit
from tests.demo_control import WorldControl
from tests.sealing_keys import KeyPair
from tests.test_chart import chart, values
from tui.panes.work import WorkPane
from tui.panes.workloads import WorkloadsPane
from tui.screens.cockpit import CockpitScreen
from tui.screens.seal import SealForm
from tui.screens.seal_rows import KeyInput
from tui.settings import Options, load
from widgets.secret_field import SecretField


@dataclass(frozen=True)
class Checkout:
    """A git repository with a `deploytui.yaml` at its root and the charts of billing and portal."""

    world: WorldControl
    root: Path
    home: Path

    @property
    def file(self) -> Path:
        return self.root / "services/billing/helm/values-prod.yaml"

    def encrypted(self, file: Path | None = None) -> dict[str, str]:
        found = yaml.safe_load((file or self.file).read_text())
        encrypted: dict[str, str] = found["sealedSecret"]["encryptedData"]
        return encrypted

    def open(self, sealed: str, label: str) -> str:
        """As production's controller opens it, with any of its keys."""
        for secret in self.world.all("Secret", "kube-system"):
            private = base64.b64decode(secret["data"]["tls.key"])
            key = serialization.load_pem_private_key(private, None)
            assert isinstance(key, rsa.RSAPrivateKey)
            try:
                return KeyPair(key, b"").open(sealed, label.encode()).decode()
            except ValueError:
                continue
        raise AssertionError("no key opens it")

    def git(self, *arguments: str) -> str:
        line = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout

    @asynccontextmanager
    async def cockpit(self, environment: str = "production", **changes: Any) -> AsyncIterator[Driver]:
        options = Options(
            config=self.root / "deploytui.yaml",
            kubeconfig=self.world.kubeconfig,
            environment=environment,
            **changes,
        )
        environ = {"XDG_STATE_HOME": str(self.home / "state"), "HOME": str(self.home)}
        settings = load(options, environ=environ, cwd=self.home, home=self.home)
        here = tuple(one for one in settings.environments if one.name == environment)
        async with cockpit(replace(settings, environments=here)) as driver:
            await driver.sees("● live")
            yield driver


def checkout(world: WorldControl, folder: Path) -> Checkout:
    """Committed on `main`, where production is deployed from."""
    root, home = folder / "platform", folder / "home"
    home.mkdir()
    for service in ("billing", "portal"):
        text = values(encrypted="\n    JWT_SECRET: AgOld==").replace("enabled: false", "enabled: true  # on")
        chart(root, service, dev=values(), prod=text)
    told = yaml.safe_load(world.config.read_text())
    told["environments"] = {"production": told["environments"]["production"]}
    (root / "deploytui.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
    (root / ".gitignore").write_text(".env\nvalues.yaml\n*.secret.yaml\n")
    made = Checkout(world, root, home)
    made.git("init", "-q", "-b", "main")
    made.git("add", "-A")
    made.git("-c", "user.name=ann", "-c", "user.email=ann@example", "commit", "-qm", "charts")
    return made


async def open_form(driver: Driver, name: str) -> SealForm:
    """`E` on a workload, once all that it finds out is there."""
    work = driver.app.screen.query_one(WorkPane)
    work.go(work.find(WorkloadsPane))
    view = driver.app.view
    assert view is not None
    store, screen = view.session.store, driver.app.screen
    assert isinstance(screen, CockpitScreen)

    def chosen() -> bool:
        found = store.get("Deployment", "services", name)
        if found is not None:
            work.current.table.select(found.meta.uid)
        return [one.meta.name for one in screen.targets()] == [name]

    await driver.until(chosen)
    await driver.press("E")
    await driver.sees("seal a secret")
    await driver.sees("valid to")
    await driver.sees("Writes to")
    form = driver.app.screen
    assert isinstance(form, SealForm)
    await driver.until(lambda: isinstance(form.focused, SecretField | KeyInput))
    return form


async def focus(driver: Driver, form: SealForm, key: str) -> None:
    """The cursor into the value of a key."""
    row = next(row for row in form.rows.rows if row.key == key)
    row.field.focus()
    await driver.until(lambda: row.field.has_focus)
