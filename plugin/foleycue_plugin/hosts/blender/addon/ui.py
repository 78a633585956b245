# SPDX-License-Identifier: GPL-3.0-or-later
"""The FoleyCue tab of the sequencer's sidebar."""

import bpy

from . import link, sequencer


class FoleyCueSettings(bpy.types.PropertyGroup):
    """What the tab remembers with the scene."""

    prompt: bpy.props.StringProperty(name="Sound", description="What should be heard", maxlen=1000)
    negative: bpy.props.StringProperty(name="Not this", description="What should not be heard", maxlen=1000)


class FOLEYCUE_OT_open(bpy.types.Operator):
    """Open the panel with this timeline and its marked range"""

    bl_idname = "foleycue.open"
    bl_label = "Open FoleyCue"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask the panel, and start it where there is none."""
        return _ask(self, "open", {})


class FOLEYCUE_OT_generate(bpy.types.Operator):
    """Make takes for the preview range, or for the selected strips"""

    bl_idname = "foleycue.generate"
    bl_label = "Generate"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """There must be a range."""
        return sequencer.marked_range() is not None

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask the panel for takes."""
        settings = sequencer.scene().foleycue
        return _ask(self, "generate", {"prompt": settings.prompt, "negative": settings.negative})


class FOLEYCUE_OT_regenerate(bpy.types.Operator):
    """Make this take again from its recipe, with another seed"""

    bl_idname = "foleycue.regenerate"
    bl_label = "Regenerate"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """The active strip must be one of ours."""
        return _active_recipe() is not None

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask the panel for another take of the active strip."""
        editor, now = sequencer.scene().sequence_editor, sequencer.scene()
        strip = editor.active_strip
        arguments = {
            "handle": strip.name,
            "recipe": _active_recipe(),
            "start": strip.frame_final_start - now.frame_start,
            "frames": strip.frame_final_end - strip.frame_final_start,
        }
        return _ask(self, "regenerate", arguments)


class FOLEYCUE_PT_sidebar(bpy.types.Panel):
    """The tab itself"""

    bl_idname = "FOLEYCUE_PT_sidebar"
    bl_label = "FoleyCue"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "FoleyCue"

    def draw(self, _context: bpy.types.Context) -> None:
        """State, range, words and buttons."""
        layout, now = self.layout, sequencer.scene()
        current = link.current()
        found = current is not None and current.connected
        layout.label(text="Panel is open" if found else "Panel is not open", icon="LINKED" if found else "UNLINKED")
        layout.operator("foleycue.open", icon="WINDOW")
        marked = sequencer.marked_range()
        if marked is None:
            layout.label(text="Set a preview range (P), or select strips", icon="INFO")
        else:
            layout.label(text=f"Frames {marked[0]} to {marked[1] - 1}", icon="PREVIEW_RANGE")
        column = layout.column()
        column.prop(now.foleycue, "prompt")
        column.prop(now.foleycue, "negative")
        column.operator("foleycue.generate", icon="SOUND")
        recipe = _active_recipe()
        if recipe is not None:
            box = layout.box()
            box.label(text=str(recipe.get("prompt") or "Without words"), icon="FILE_SOUND")
            box.label(text=f"{recipe.get('engine', '')}, seed {recipe.get('seed', '')}")
            box.operator("foleycue.regenerate", icon="FILE_REFRESH")


CLASSES = (FoleyCueSettings, FOLEYCUE_OT_open, FOLEYCUE_OT_generate, FOLEYCUE_OT_regenerate, FOLEYCUE_PT_sidebar)


def register() -> None:
    """Show the tab."""
    for entry in CLASSES:
        bpy.utils.register_class(entry)
    bpy.types.Scene.foleycue = bpy.props.PointerProperty(type=FoleyCueSettings)


def unregister() -> None:
    """Take the tab away."""
    del bpy.types.Scene.foleycue
    for entry in reversed(CLASSES):
        bpy.utils.unregister_class(entry)


def _active_recipe() -> dict | None:
    editor = sequencer.scene().sequence_editor
    strip = None if editor is None else editor.active_strip
    return None if strip is None else sequencer.recipe_of(strip)


def _ask(operator: bpy.types.Operator, what: str, arguments: dict) -> set[str]:
    current = link.current()
    if current is None:
        return {"CANCELLED"}
    if not current.connected and not link.start_panel():
        operator.report({"ERROR"}, "FoleyCue was not found: run foleycue install-host blender, or start its panel.")
        return {"CANCELLED"}
    current.ask(what, arguments)
    return {"FINISHED"}
