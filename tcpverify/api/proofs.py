"""Certificates as objects: what was proved, as data that anybody can have proved again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:

    class _Written(Protocol):
        @property
        def model(self) -> str: ...

        @property
        def properties(self) -> tuple[str, ...]: ...

        def to_json(self) -> dict[str, Any]: ...


__all__ = ["Certificate"]


class Certificate:
    """A proof that a model has properties: an inductive invariant, which `tcpverify.recheck` proves from the model."""

    def __init__(self, proved: _Written) -> None:
        self._proved = proved

    @property
    def model(self) -> str:
        """The model that it is about."""
        return self._proved.model

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that it proves."""
        return self._proved.properties

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.certificate/2``, as ``tcpverify recheck`` reads it."""
        return self._proved.to_json()

    def save(self, path: str | Path) -> None:
        """Write the document to a file, whole or not at all.

        Raises
        ------
        UsageError
            if nothing can be written there.
        """
        from tcpverify.views.documents import dumps
        from tcpverify.workflow.writing import write_whole

        write_whole(str(path), dumps(self.to_json()), "certificate")

    def __repr__(self) -> str:
        return f"<certificate of {', '.join(self.properties) or 'what is reachable'} in {self.model}>"
