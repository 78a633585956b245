# SPDX-License-Identifier: GPL-3.0-or-later
"""DaVinci Resolve: the live host, and in script/ what its Workspace > Scripts menu runs (never imported here)."""
