# SPDX-License-Identifier: GPL-3.0-or-later
"""Kdenlive while it runs (Linux): found and driven over D-Bus, read and proven by the project that it saves."""
