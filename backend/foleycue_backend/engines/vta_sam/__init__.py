# SPDX-License-Identifier: GPL-3.0-or-later
"""The method of VTA-SAM (Hu et al., 2024) on VTA-LDM: which object is seen when conditions the sound.

Neither code nor weights of VTA-SAM were ever published; what its figure shows is built here from stock parts.
"""
