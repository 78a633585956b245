# SPDX-License-Identifier: GPL-3.0-or-later
"""Models that a user gets once and keeps: what there is, where it lies, how it comes and goes.

Importing this room loads no torch; only the conversion of a published checkpoint does, when it runs.
"""
