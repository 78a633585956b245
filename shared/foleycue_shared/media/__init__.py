# SPDX-License-Identifier: GPL-3.0-or-later
"""Media files by time: pictures and sound, whatever their rates. Needs PyAV, and soxr for sound."""
