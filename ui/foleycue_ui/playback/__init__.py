# SPDX-License-Identifier: GPL-3.0-or-later
"""The range played with a take: one clock, pictures by presentation time."""
