"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tcpverify.errors import UsageError

__all__ = ["umask", "write_whole"]


def write_whole(path: str, text: str | bytes, option: str) -> None:
    """Write a file whole or not at all; UsageError, naming the option, if that is not possible."""
    content = text.encode("utf-8") if isinstance(text, str) else text
    try:
        if Path(path).exists() and not Path(path).is_file():
            # A device or a pipe: nothing can take its place.
            with open(path, "wb") as stream:
                stream.write(content)
            return
        target = Path(path).resolve()
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~umask()
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(beside, mode)
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise UsageError(f"{option}: {path!r} cannot be written: {error.strerror or error}") from error


def umask() -> int:
    """Which permissions new files do not get; it can only be asked by setting it."""
    os.umask(found := os.umask(0o077))
    return found
