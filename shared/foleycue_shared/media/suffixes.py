# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files of a folder are by their names: suffixes in lower case, with their dots."""

PICTURE = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mxf"})
SOUND = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".aif", ".aiff"})
