# SPDX-License-Identifier: GPL-3.0-or-later
"""Editors, and files that stand in for them: where timelines come from and takes go to."""
