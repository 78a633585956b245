# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter (Zhang et al., 2024): adapters for picture and onsets on Auffusion, a text-to-sound Stable Diffusion."""
