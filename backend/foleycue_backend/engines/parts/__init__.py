# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that several published systems share, on stock classes and under their published key names."""
