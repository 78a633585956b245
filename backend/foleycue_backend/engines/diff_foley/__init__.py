# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley (Luo et al., 2023): CAVP features, latent diffusion, and guidance by an alignment classifier."""
