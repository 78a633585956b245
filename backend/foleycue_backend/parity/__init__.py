# SPDX-License-Identifier: GPL-3.0-or-later
"""Parity with the reference implementations: golden tensors against the product's own modules and loaders."""
