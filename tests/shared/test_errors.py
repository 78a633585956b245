# SPDX-License-Identifier: GPL-3.0-or-later
"""Operating-system errors as sentences."""

import errno

import pytest

from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, ErrorCode.DISK_FULL),
        (errno.EFBIG, ErrorCode.DISK_FULL),
        (errno.EACCES, ErrorCode.OUTPUT_UNWRITABLE),
        (errno.EROFS, ErrorCode.OUTPUT_UNWRITABLE),
    ],
)
def test_output_errors_name_the_file_and_the_remedy(number, code):
    error = explain_os_error(OSError(number, "Some Reason"), "take.wav")
    assert error.code is code and "take.wav" in error.message and error.user_fixable


def test_internal_errors_are_not_the_users():
    assert not FoleyCueError(ErrorCode.INTERNAL, "x").user_fixable
