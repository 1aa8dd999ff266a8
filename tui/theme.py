"""The cockpit's two themes: the same order of loudness on a dark and on a light ground."""

from __future__ import annotations

from textual.theme import Theme

from tui.settings_file import Ground

DARK = Theme(
    name="deploytui-dark",
    primary="#6cb6ff",
    secondary="#a99bff",
    accent="#6cb6ff",
    warning="#e3b341",
    error="#f47067",
    success="#6bc46d",
    foreground="#cdd5df",
    background="#0f141b",
    surface="#0f141b",
    panel="#18202b",
    boost="#1f2d40",
    dark=True,
    variables={
        "button-focus-text-style": "bold",
        "text-muted": "#7b8a9f",
        "border": "#2a3646",
        "border-blurred": "#2a3646",
        "text-error": "#f47067",
        "text-warning": "#e3b341",
        "text-success": "#6bc46d",
        "text-primary": "#6cb6ff",
        "text-accent": "#6cb6ff",
    },
)

LIGHT = Theme(
    name="deploytui-light",
    primary="#0b63c4",
    secondary="#5b3fc4",
    accent="#0b63c4",
    warning="#8a5a00",
    error="#b3261e",
    success="#1b6e2c",
    foreground="#1c2430",
    background="#f7f9fb",
    surface="#f7f9fb",
    panel="#e8edf3",
    boost="#d6e4f5",
    dark=False,
    variables={
        "button-focus-text-style": "bold",
        "text-muted": "#5a6878",
        "border": "#b8c3d0",
        "border-blurred": "#b8c3d0",
        "text-error": "#b3261e",
        "text-warning": "#8a5a00",
        "text-success": "#1b6e2c",
        "text-primary": "#0b63c4",
        "text-accent": "#0b63c4",
    },
)

THEMES = {Ground.DARK: DARK, Ground.LIGHT: LIGHT}

ENVIRONMENT_COLOURS = ("#6cb6ff", "#6bc46d", "#e3b341", "#a99bff", "#56d4dd", "#d2a8ff")
PROTECTED_COLOUR = "#f0719b"
