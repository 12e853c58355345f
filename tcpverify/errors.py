"""Every error that a user can meet, with the exit status it carries.

::

    TcpverifyError
    ├── UsageError            2   the command line asks for something that cannot be
    ├── ModelError            2   a model or an amendment is wrong; names file, line or rule
    ├── FileFormatError       2   a trace or certificate file is truncated or of another kind
    └── InternalDisagreement  4   an engine's answer failed its re-check
"""

from __future__ import annotations

__all__ = ["FileFormatError", "InternalDisagreement", "ModelError", "TcpverifyError", "UsageError"]


class TcpverifyError(Exception):
    """Base of all errors that end a command with one sentence."""

    exit_status = 2


class UsageError(TcpverifyError):
    """The request is contradictory or names something unknown."""


class ModelError(TcpverifyError):
    """A model, an amendment or their combination is wrong."""


class FileFormatError(TcpverifyError):
    """A file read is not what it should be."""


class InternalDisagreement(TcpverifyError):
    """Two independent ways to an answer differ: never a verdict."""

    exit_status = 4
