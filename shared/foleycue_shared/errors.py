# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that a user may meet: a closed set of codes, each with one sentence that says what to do."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """What went wrong, as both sides of the wire name it."""

    BAD_INPUT = "bad-input"
    BAD_RANGE = "bad-range"
    BAD_CUES = "bad-cues"
    NOT_A_TIMELINE = "not-a-timeline"
    MEDIA_OFFLINE = "media-offline"
    MEDIA_UNREADABLE = "media-unreadable"
    NO_PICTURE = "no-picture"
    NO_GUIDE = "no-guide"
    UNKNOWN_ENGINE = "unknown-engine"
    OUTPUT_EXISTS = "output-exists"
    OUTPUT_UNWRITABLE = "output-unwritable"
    DISK_FULL = "disk-full"
    LIMIT = "limit"
    PROTOCOL = "protocol"
    VERSION = "version"
    QUEUE_FULL = "queue-full"
    BUSY = "busy"
    UNKNOWN_JOB = "unknown-job"
    CANCELLED = "cancelled"
    WORKER_LOST = "worker-lost"
    OUT_OF_MEMORY = "out-of-memory"
    BACKEND_UNREACHABLE = "backend-unreachable"
    VERIFICATION = "verification"
    INTERNAL = "internal"


#: Codes that the user can mend by changing what was asked; the command line answers them with status 2.
USER_CODES = frozenset(
    {
        ErrorCode.BAD_INPUT,
        ErrorCode.BAD_RANGE,
        ErrorCode.BAD_CUES,
        ErrorCode.NOT_A_TIMELINE,
        ErrorCode.MEDIA_OFFLINE,
        ErrorCode.MEDIA_UNREADABLE,
        ErrorCode.NO_PICTURE,
        ErrorCode.NO_GUIDE,
        ErrorCode.UNKNOWN_ENGINE,
        ErrorCode.OUTPUT_EXISTS,
        ErrorCode.OUTPUT_UNWRITABLE,
        ErrorCode.DISK_FULL,
        ErrorCode.LIMIT,
    }
)

#: Codes after which the same request may simply be sent again.
RETRYABLE_CODES = frozenset({ErrorCode.WORKER_LOST, ErrorCode.OUT_OF_MEMORY, ErrorCode.BACKEND_UNREACHABLE})


class FoleyCueError(Exception):
    """The root of our errors: a code, one sentence for the user, and detail for a bug report."""

    def __init__(self, code: ErrorCode, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail

    @property
    def user_fixable(self) -> bool:
        """Whether the user can mend it by asking for something else."""
        return self.code in USER_CODES


def explain_os_error(error: OSError, path: object) -> FoleyCueError:
    """Turn an operating-system error on an output file into one sentence with a code."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return FoleyCueError(
            ErrorCode.DISK_FULL, f"There is no room left to write {path}: free some space or choose another disk."
        )
    reason = (error.strerror or str(error)).lower()
    return FoleyCueError(ErrorCode.OUTPUT_UNWRITABLE, f"{path} cannot be written ({reason}): choose another place.")
