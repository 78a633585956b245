# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine room: a broker that never imports torch, and workers that make the sound."""
