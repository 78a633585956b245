# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the net that tells onsets of a voice from those of things, on procedural sound alone."""
