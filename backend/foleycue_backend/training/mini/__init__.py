# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the embedded model from nothing: procedural sounds, codec, text table, denoiser."""
