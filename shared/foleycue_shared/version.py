# SPDX-License-Identifier: GPL-3.0-or-later
"""The product's version, and the protocol's own, which changes apart from it."""

PRODUCT_VERSION = "0.1.0"
PROTOCOL_MAJOR = 1
PROTOCOL_MINOR = 3
