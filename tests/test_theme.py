"""Both themes and none: every tone can be read, a change repaints all, no meaning hangs on colour alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.screen import Screen
from textual.theme import Theme

from tests.cockpit import cockpit, settings_of
from tests.demo_control import Demo
from tui.theme import DARK, ENVIRONMENT_COLOURS, LIGHT, PROTECTED_COLOUR
from widgets.tone import SERIES_ON_DARK, SERIES_ON_LIGHT

LEAST = 4.5  # WCAG 2 AA, for text of this size


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2's ratio, 1 to 21."""
    light = []
    for colour in (one, other):
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
        ]
        light.append(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize(("theme", "series"), [(DARK, SERIES_ON_DARK), (LIGHT, SERIES_ON_LIGHT)])
def test_every_tone_can_be_read(theme: Theme, series: tuple[str, ...]) -> None:
    named = {name: Color.parse(value) for name, value in theme.variables.items() if name.startswith("text-")}
    named |= {rule: Color.parse(rule.removeprefix("color: ")) for rule in series}
    assert theme.background is not None
    assert theme.panel is not None
    for ground in (theme.background, theme.panel):
        for name, ink in named.items():
            ratio = contrast(ink, Color.parse(ground))
            assert ratio >= LEAST, f"{name} on {ground}: {ratio:.1f}"


@pytest.mark.parametrize("colour", [*ENVIRONMENT_COLOURS, PROTECTED_COLOUR])
def test_a_badge_can_be_read(colour: str) -> None:
    ground = Color.parse(colour)
    assert contrast(ground.get_contrast_text(1.0), ground) >= LEAST


def painted(screen: Screen[object]) -> set[str]:
    """The colours that are on the screen, as "#rrggbb"."""
    found = set()
    for strip in screen._compositor.render_strips(screen.size):
        for segment in strip:
            for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                if colour is not None and colour.triplet is not None:
                    found.add(colour.triplet.hex)
    return found


def inks(theme: Theme) -> set[str]:
    """The colours of a theme's texts."""
    series = SERIES_ON_DARK if theme.dark else SERIES_ON_LIGHT
    named = (value for name, value in theme.variables.items() if name.startswith("text-"))
    return {*named, *(rule.removeprefix("color: ") for rule in series)}


async def test_the_configuration_chooses_the_theme_and_the_palette_changes_it(
    demo: Demo, tmp_path: Path
) -> None:
    world = demo.world("small")
    world.config.write_text(world.config.read_text() + "\ntheme: light\n")
    async with cockpit(settings_of(world, tmp_path, environment="production")) as driver:
        await driver.sees("goroutine")  # in the log, whose lines keep what they were painted with
        assert driver.app.theme == LIGHT.name
        assert len(painted(driver.app.screen) & inks(LIGHT)) > 3
        assert not painted(driver.app.screen) & inks(DARK)
        await driver.press("colon")
        await driver.sees("Search")
        await driver.press(*"dark or light")
        await driver.sees("Changes the ground")
        await driver.press("enter")
        await driver.sees_no("Changes the ground")
        assert driver.app.theme == DARK.name
        assert len(painted(driver.app.screen) & inks(DARK)) > 3
        assert not painted(driver.app.screen) & inks(LIGHT)
    world.drop()


async def test_without_colour_nothing_is_said_by_colour_alone(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, environment="production")) as driver:
        await driver.sees("! deploy/personal")
        await driver.sees("● live")
        assert all(len({colour[1:3], colour[3:5], colour[5:7]}) == 1 for colour in painted(driver.app.screen))
        await driver.press("right")
        await driver.sees("done, revision")
        await driver.press("space")
        await driver.sees("!•")
        cursor = [
            segment.text
            for strip in driver.app.screen._compositor.render_strips(driver.app.screen.size)
            for segment in strip
            if segment.style and segment.style.reverse
        ]
        assert any("personal" in text for text in cursor), cursor
    world.drop()
