# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything between an editor and the protocol, without a widget."""
