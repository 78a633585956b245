# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object is seen that was named or clicked (Ren et al., Grounded SAM, 2024).

Grounding DINO finds it, SAM 2 follows it: for whoever points at something in the picture, and for engines that are told
which object is seen when.
"""
