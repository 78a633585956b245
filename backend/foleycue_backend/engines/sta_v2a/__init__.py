# SPDX-License-Identifier: GPL-3.0-or-later
"""STA-V2A (Ren et al., 2024): sound from picture and text, timed by predicted onsets. Imports no torch."""
