# SPDX-License-Identifier: GPL-3.0-or-later
"""Grips of a rectangle: where they are, which one is hit, and what dragging one does."""

from PyQt6.QtCore import QPointF, QRectF

from foleycue_ui.model.seen_object import SMALLEST, Box

_HIT = 8.0


def grips(rect: QRectF) -> dict[str, QPointF]:
    """The eight grips by the sides of the compass that they move."""
    middle = rect.center()
    return {
        "nw": rect.topLeft(),
        "ne": rect.topRight(),
        "sw": rect.bottomLeft(),
        "se": rect.bottomRight(),
        "n": QPointF(middle.x(), rect.top()),
        "s": QPointF(middle.x(), rect.bottom()),
        "w": QPointF(rect.left(), middle.y()),
        "e": QPointF(rect.right(), middle.y()),
    }


def grip_at(rect: QRectF, at: QPointF) -> str:
    """The grip that is hit at a place; "all" inside the rectangle, "" outside."""
    near = min(grips(rect).items(), key=lambda item: (item[1] - at).manhattanLength())
    if max(abs(near[1].x() - at.x()), abs(near[1].y() - at.y())) <= _HIT:
        return near[0]
    return "all" if rect.contains(at) else ""


def moved(box: Box, grip: str, right: float, down: float) -> Box:
    """The box after a grip was dragged by shares of the picture; an edge stops at the one across and at the border."""
    if grip == "all":
        return Box(box.x + right, box.y + down, box.width, box.height)
    left, top, east, south = box.x, box.y, box.x + box.width, box.y + box.height
    if "w" in grip:
        left = min(max(left + right, 0.0), east - SMALLEST)
    if "e" in grip:
        east = max(min(east + right, 1.0), left + SMALLEST)
    if "n" in grip:
        top = min(max(top + down, 0.0), south - SMALLEST)
    if "s" in grip:
        south = max(min(south + down, 1.0), top + SMALLEST)
    return Box(left, top, east - left, south - top)
