"""The seal form at its keys: what it offers, seals, writes and refuses, and that it drops every value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from textual import events

from tests.demo_control import Demo
from tests.moved_clock import MovedClock
from tests.sealing_form import Checkout, checkout, focus, open_form
from tests.sealing_keys import key_pair
from tui.screens.seal import REVEAL
from tui.screens.seal_rows import KeyInput
from widgets.secret_field import SecretField

LABEL = "services/billing-secrets"


@pytest.fixture
def place(demo: Demo, tmp_path: Path) -> Iterator[Checkout]:
    world = demo.world("secrets")
    yield checkout(world, tmp_path)
    world.drop()


async def test_a_value_is_sealed_into_the_environments_file(place: Checkout) -> None:
    before = place.file.read_text().splitlines()
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        screen = await driver.sees("services/billing/helm/values-prod.yaml")
        assert "billing-secrets" in screen
        assert [row.key for row in form.rows.rows] == ["JWT_SECRET"]
        await driver.sees("keep what is sealed")
        await driver.sees("restart needed")
        await driver.sees("branch main")
        await focus(driver, form, "JWT_SECRET")
        await driver.press(*"s3cr3t-value")
        await driver.sees("••••••••••••")
        assert "s3cr3t" not in driver.screen()
        await driver.press("ctrl+s")
        await driver.asked("What changes")
        assert "kube-system/sealed-secrets-controller can open it" in driver.screen()
        await driver.press("tab", "enter")
        screen = await driver.sees("written, not committed")
        assert "git -C" in screen
        assert not form.rows.given
        (line,) = [line for line in place.file.read_text().splitlines() if line not in before]
        assert line.strip().startswith("JWT_SECRET: Ag") or line.strip().startswith("JWT_SECRET: AQ")
        assert "# on" in place.file.read_text()
        assert place.open(place.encrypted()["JWT_SECRET"], LABEL) == "s3cr3t-value"
        lines = [json.loads(line) for line in driver.app.journal.path.read_text().splitlines()]
    assert [line["phase"] for line in lines] == ["asked", "end"]
    assert lines[-1]["outcome"] == "done: written, not committed"
    assert "s3cr3t" not in str(lines)


async def test_a_key_that_a_workload_needs_and_nobody_has_is_marked(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "portal")
        await driver.sees("portal needs it, none has it")
        assert [row.key for row in form.rows.rows] == ["JWT_SECRET", "SMTP_PASSWORD"]
        assert isinstance(driver.app.focused, SecretField)


async def test_lines_pasted_on_a_key_become_rows_and_lines_in_a_value_stay_one(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await driver.press("ctrl+n")
        await driver.until(lambda: isinstance(driver.app.focused, KeyInput))
        driver.app.post_message(events.Paste("A=\"one\\ntwo\"\nexport B=x y # c\nJWT_SECRET='z'\n"))
        await driver.until(lambda: len(form.rows.given) == 3)
        assert {row.key: row.field.reveal() for row in form.rows.given} == {
            "A": b"one\ntwo",
            "B": b"x y",
            "JWT_SECRET": b"z",
        }
        await driver.sees("2 lines")
        await focus(driver, form, "B")
        await driver.press("ctrl+u")
        driver.app.post_message(events.Paste("-----BEGIN-----\nabc==\n"))
        await driver.sees("ends with a line end")
        assert {row.key: row.field.reveal() for row in form.rows.given}["B"] == b"-----BEGIN-----\nabc==\n"


@pytest.mark.slow
async def test_a_broken_env_file_is_told_by_its_line_and_takes_nothing(place: Checkout) -> None:
    env = place.home / "plain.env"
    env.write_text("A=1\nthis is no line\n")
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await driver.press("ctrl+o")
        await driver.press(*str(env), "enter")
        await driver.sees("plain.env:2: expected KEY=value")
        assert not form.rows.given
        env.write_text("EMPTY=\nB64=c29tZSByZWFkYWJsZSB0ZXh0\n")
        await driver.press("enter")
        await driver.sees("is empty")
        await driver.sees("looks like base64 already")


async def test_values_are_shown_for_a_moment_alone(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await focus(driver, form, "JWT_SECRET")
        await driver.press(*"visible")
        driver.app.clock = clock = MovedClock()
        await driver.press("ctrl+t")
        await driver.sees("visible")
        clock.moved += REVEAL
        await driver.sees_no("visible")
        assert not any(row.field.revealed for row in form.rows.rows)


async def test_leaving_asks_once_and_drops_every_value(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await focus(driver, form, "JWT_SECRET")
        await driver.press(*"abc")
        await driver.press("escape")
        await driver.sees("again drops them")
        (row,) = form.rows.given
        await driver.press("escape")
        await driver.sees_no("seal a secret")
        assert row.field.reveal() == b""


async def test_a_file_that_changes_while_the_plan_is_read_loses_nothing(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await focus(driver, form, "JWT_SECRET")
        await driver.press(*"abc", "ctrl+s")
        await driver.asked("What changes")
        theirs = place.file.read_text() + "# theirs\n"
        place.file.write_text(theirs)
        await driver.sees("changed on disk")
        await driver.press("escape")
        await driver.sees("plaintext stays in this form")
        assert place.file.read_text() == theirs
        await driver.press("ctrl+s")
        await driver.asked("What changes")
        await driver.press("tab", "enter")
        await driver.sees("written, not committed")
        assert place.file.read_text().endswith("# theirs\n")
        assert place.open(place.encrypted()["JWT_SECRET"], LABEL) == "abc"


async def test_read_only_leaves_the_clipboard_which_gets_ciphertext(place: Checkout) -> None:
    async with place.cockpit(readonly=True) as driver:
        form = await open_form(driver, "billing")
        await driver.sees("read-only: nothing is written")
        await driver.press("ctrl+n", *"KEY=value")
        await driver.press("ctrl+s")
        await driver.until(lambda: "kind: SealedSecret" in driver.app.clipboard)
        assert "value" not in driver.app.clipboard
        assert not form.rows.given
    assert place.git("status", "--short") == ""


async def test_what_is_wrong_is_said_in_the_form(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await driver.press("ctrl+s")
        await driver.sees("there is nothing to seal")
        form.query_one("#name").focus()
        await driver.press("end", "X")
        await driver.sees('"billing-secretsX" is no name')
        await driver.press("ctrl+n", *"no key=1")
        await driver.sees('"no key" is no key')
        await driver.press("ctrl+s")
        await driver.sees("nothing was sealed")


async def test_without_a_controller_it_says_what_to_configure(place: Checkout) -> None:
    place.world.delete("Service", "kube-system", "sealed-secrets-controller")
    async with place.cockpit() as driver:
        await driver.press("E")
        await driver.sees("no Sealed Secrets controller: neither")
        await driver.press("ctrl+n", *"KEY=value")
        await driver.press("ctrl+s")
        await driver.sees("there is no certificate to seal with")


async def test_a_forbidden_proxy_is_said_with_what_to_ask_for(place: Checkout) -> None:
    place.world.fault("status", "proxy", code=403)
    async with place.cockpit() as driver:
        await driver.press("E")
        await driver.sees("the proxy to kube-system/sealed-secrets-controller is forbidden")
        await driver.sees("of this environment to a file or URL")


async def test_another_environments_certificate_is_refused(place: Checkout) -> None:
    (place.root / "other.pem").write_bytes(key_pair().pem)
    config = place.root / "deploytui.yaml"
    told = yaml.safe_load(config.read_text())
    told["environments"]["production"]["cert"] = "other.pem"
    config.write_text(yaml.safe_dump(told))
    async with place.cockpit() as driver:
        await driver.press("E")
        await driver.sees("another cluster's certificate")


async def test_secret_data_is_never_asked_for(place: Checkout) -> None:
    async with place.cockpit() as driver:
        form = await open_form(driver, "billing")
        await focus(driver, form, "JWT_SECRET")
        await driver.press(*"abc", "ctrl+s")
        await driver.asked("What changes")
        await driver.press("tab", "enter")
        await driver.sees("written, not committed")
    asked = [one for one in place.world.requests() if "/secrets" in one["path"]]
    assert asked
    for one in asked:
        assert one["method"] == "GET"
        assert "PartialObjectMetadata" in one["headers"].get("accept", "")
