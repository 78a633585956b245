# SPDX-License-Identifier: GPL-3.0-or-later
"""VTA-LDM (Xu et al., 2024): sound from the set of pictures that a clip shows; their order does not count."""
