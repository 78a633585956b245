# SPDX-License-Identifier: GPL-3.0-or-later
"""The line between the panel and the scripts inside editors: JSON lines over an authenticated loopback socket.

The panel listens on a port of 127.0.0.1 that the system chooses and writes port and secret into a file that only its
user may read. A script proves that it knows the secret, and so does the panel, without either sending it. Afterwards
the panel asks for the timeline and for changes to it, and the script passes on what the user clicks in the editor.

`line.py` is made of the standard library alone: a copy of it travels into each editor.
"""
