# SPDX-License-Identifier: GPL-3.0-or-later
"""What panel and backend both say: exact time, messages, wire frames, timelines, broadcast WAV.

Imports nobody of ours; every other component stands on it.
"""
