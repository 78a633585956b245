# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a real Blender: installs the zip, as an extension where there are such, and serves until told to quit.

python inside_blender.py ZIP, or blender -b -P inside_blender.py -- ZIP. The call "do" runs a test's own lines.
"""

import importlib
import sys
import time

import bpy

archive = sys.argv[-1]
if bpy.app.version >= (4, 2):
    name = "bl_ext.user_default.foleycue"
    bpy.ops.extensions.package_install_files(filepath=archive, repo="user_default", enable_on_install=True)
else:
    name = "foleycue"
    bpy.ops.preferences.addon_install(filepath=archive, overwrite=True)
    bpy.ops.preferences.addon_enable(module=name)
link = importlib.import_module(f"{name}.link")
sequencer = importlib.import_module(f"{name}.sequencer")
serving = [True]


def do(arguments):
    """Run lines of a test; what they leave in `result` is the answer."""
    scope = {"bpy": bpy, "sequencer": sequencer, "link": link, "result": {}}
    exec(arguments["code"], scope)
    return scope["result"]


def leave(_arguments):
    """Stop serving."""
    serving.clear()
    return {}


sequencer.CALLS.update(do=do, leave=leave)
# Without a window Blender runs no timers: this loop stands for its own.
while bpy.app.background and serving:
    link._tick()
    time.sleep(0.01)
if bpy.app.background:
    link._tick()
    bpy.ops.preferences.addon_disable(module=name)
