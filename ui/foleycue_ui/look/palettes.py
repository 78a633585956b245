# SPDX-License-Identifier: GPL-3.0-or-later
"""The three palettes, the pairs of colours that must be told apart in each, and how that is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """Colours by meaning, as #rrggbb; name is what the choice is called in the settings."""

    name: str = "dark"
    window: str = "#15171b"
    surface: str = "#1c1f25"
    raised: str = "#262a32"
    hover: str = "#313641"
    sunken: str = "#101216"
    line: str = "#333945"
    outline: str = "#707a8a"
    off: str = "#707a8a"
    text: str = "#eceef2"
    dim: str = "#a6afbd"
    accent: str = "#f0b35c"
    accent_hover: str = "#f7c67f"
    accent_down: str = "#dc9c41"
    on_accent: str = "#1a1408"
    progress: str = "#6a4f27"
    focus: str = "#8cb8ff"
    wave: str = "#57c5b6"
    wave_dim: str = "#2f6f69"
    curve: str = "#aab4c4"
    good: str = "#7fd49a"
    warn: str = "#f2c14e"
    bad: str = "#ff938a"
    picture: str = "#f0b35c"
    guide: str = "#74c7f7"
    user: str = "#f59ac0"
    performed: str = "#bda6ff"
    playhead: str = "#ffffff"


DARK = Tokens()

LIGHT = Tokens(
    name="light",
    window="#f3f4f6",
    surface="#ffffff",
    raised="#e8ebef",
    hover="#dde1e8",
    sunken="#fdfdfe",
    line="#cbd1da",
    outline="#717a88",
    off="#8a929e",
    text="#1a1d23",
    dim="#4d5664",
    accent="#965a00",
    accent_hover="#a16100",
    accent_down="#7c4a00",
    on_accent="#ffffff",
    progress="#f3d5a6",
    focus="#1a5fc8",
    wave="#0c675f",
    wave_dim="#4b9a91",
    curve="#6d7888",
    good="#17733a",
    warn="#855c00",
    bad="#b3261e",
    picture="#965a00",
    guide="#0b619f",
    user="#ad2268",
    performed="#663bbb",
    playhead="#1a1d23",
)

CONTRAST = Tokens(
    name="contrast",
    window="#000000",
    surface="#000000",
    raised="#141414",
    hover="#333333",
    sunken="#000000",
    line="#b8b8b8",
    outline="#ffffff",
    off="#8a8a8a",
    text="#ffffff",
    dim="#e4e4e4",
    accent="#ffd400",
    accent_hover="#ffe45c",
    accent_down="#ffc400",
    on_accent="#000000",
    progress="#4d4000",
    focus="#6fdcff",
    wave="#5cfff0",
    wave_dim="#2fb5a8",
    curve="#ffffff",
    good="#77ff9c",
    warn="#ffe14d",
    bad="#ffa8a0",
    picture="#ffd400",
    guide="#6fdcff",
    user="#ffa3da",
    performed="#cfb8ff",
    playhead="#ffffff",
)

PALETTES = {tokens.name: tokens for tokens in (DARK, LIGHT, CONTRAST)}

#: Pairs of (foreground, background) that text uses; each must reach 4.5 : 1.
TEXT_PAIRS = (
    ("text", "window"),
    ("text", "surface"),
    ("text", "raised"),
    ("text", "hover"),
    ("text", "sunken"),
    ("dim", "window"),
    ("dim", "surface"),
    ("dim", "raised"),
    ("dim", "sunken"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_down"),
    ("text", "progress"),
    ("good", "window"),
    ("warn", "surface"),
    ("bad", "surface"),
    ("wave", "raised"),
    ("picture", "sunken"),
    ("guide", "sunken"),
    ("user", "sunken"),
    ("performed", "sunken"),
    ("focus", "window"),
)

#: Pairs of which graphics are made; each must reach 3 : 1.
GRAPHIC_PAIRS = (
    ("wave", "raised"),
    ("wave_dim", "sunken"),
    ("curve", "sunken"),
    ("outline", "sunken"),
    ("accent", "raised"),
    ("focus", "raised"),
    ("playhead", "sunken"),
    ("bad", "surface"),
    ("warn", "window"),
)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours, 1 … 21."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
