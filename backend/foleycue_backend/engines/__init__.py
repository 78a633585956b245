# SPDX-License-Identifier: GPL-3.0-or-later
"""One folder per video-to-audio system, all behind one interface."""
