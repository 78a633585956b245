# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's Video Sequencer: the live host, and in addon/ what runs inside Blender (never imported here)."""
