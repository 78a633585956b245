# SPDX-License-Identifier: GPL-3.0-or-later
"""A short picture of our own with known sounding moments, and the main job run on it."""

from pathlib import Path

#: The demo's timeline, its media beside it.
TIMELINE = Path(__file__).with_name("demo.otio")
#: Where things hit each other in it, in frames of the timeline.
EVENTS = Path(__file__).with_name("events.json")
#: What is heard in it.
PROMPT = "wooden knock"
