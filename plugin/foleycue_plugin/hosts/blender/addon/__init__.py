# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCue in Blender's Video Sequencer. Only the standard library and bpy: everything heavy is another process."""

from . import link, ui

# For Blender before 4.2, which knows no extensions; later ones read blender_manifest.toml.
bl_info = {
    "name": "FoleyCue",
    "author": "The FoleyCue authors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "Video Sequencer > Sidebar > FoleyCue",
    "description": "Foley for a marked range, made on this computer",
    "category": "Sequencer",
}


def register() -> None:
    """Called by Blender when the add-on is enabled."""
    ui.register()
    link.register()


def unregister() -> None:
    """Called by Blender when the add-on is disabled."""
    link.unregister()
    ui.unregister()
