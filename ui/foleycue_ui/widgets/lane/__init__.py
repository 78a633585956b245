# SPDX-License-Identifier: GPL-3.0-or-later
"""The cue lane: where things lie (view), how they look (ground, markers, overlay), what hands do (gestures, keys)."""
