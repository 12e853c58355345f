"""Scopes from documents that somebody else wrote."""

from __future__ import annotations

from dataclasses import fields

from tcpverify.errors import FileFormatError, UsageError
from tcpverify.evidence.fields import Field
from tcpverify.tcp.scope import CALLS, REGIMES, REOPEN, STARTS, UNLIMITED, Scope

__all__ = ["read_scope"]


def read_scope(field: Field) -> Scope:
    """A scope, nothing missing and nothing besides, since all of it is claimed.

    Raises
    ------
    FileFormatError
        if it is none; names the field that is wrong.
    """
    unknown = {name for name, _ in field.items()} - {f.name for f in fields(Scope)}
    if unknown:
        raise field.wrong(f"has {min(unknown)[:40]!r}, which no scope has")
    try:
        return Scope(
            losses=_count(field["losses"]),
            duplicates=_count(field["duplicates"]),
            retransmissions=_count(field["retransmissions"]),
            incarnations=field["incarnations"].whole(1),
            data=field["data"].whole(0),
            sequence=field["sequence"].text(REGIMES),
            calls=tuple(row.text(CALLS) for row in field["calls"].rows()),
            reopen=field["reopen"].text(REOPEN),
            start=field["start"].text(STARTS),
            # Documents of before these could be switched off do not name them.
            reordering=_flag(field.get("reordering")),
            delay=_flag(field.get("delay")),
        )
    except UsageError as error:
        raise field.wrong(f"cannot be: {error}") from error


def _count(field: Field) -> int:
    if field.value == "unlimited":
        return UNLIMITED
    try:
        return field.whole(0)
    except FileFormatError:
        raise field.wrong("is neither 0 nor a positive integer nor 'unlimited'") from None


def _flag(field: Field | None) -> bool:
    return True if field is None else field.flag()
