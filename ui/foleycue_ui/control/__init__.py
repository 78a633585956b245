# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user asks for goes out, what happens out there comes in; nothing blocks the GUI thread."""
