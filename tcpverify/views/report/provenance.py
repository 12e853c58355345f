"""Where a page comes from: the exact command, versions, and hashes of the certificates and traces behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from tcpverify.evidence.certificate import CertificateFile
from tcpverify.views.documents import dumps
from tcpverify.views.quantities import BARE, Unit
from tcpverify.workflow.reported import Reported

__all__ = ["Fingerprint", "Provenance", "fingerprints"]


@dataclass(frozen=True)
class Provenance:
    """Who wrote a page.

    Attributes
    ----------
    command
        the words of the command line, the first of them ``tcpverify``.
    versions
        by name: this program, Python, the libraries that answers rest on.
    """

    command: Sequence[str]
    versions: Mapping[str, str]


class Fingerprint(NamedTuple):
    """The SHA-256 of a file that another command writes, so that it can be held against the page."""

    what: str
    sha256: str
    written_by: str


def fingerprints(reported: Reported, unit: Unit = BARE) -> Iterator[Fingerprint]:
    """One for every certificate and every trace; in the order of the page."""
    verdicts = reported.check.verdicts if reported.check is not None else ()
    proved: dict[int, list[str]] = {}
    certificates = {}
    for verdict in verdicts:
        if verdict.certificate is not None:
            key = id(verdict.certificate)
            certificates[key] = verdict.certificate
            proved.setdefault(key, [f"certificate at TIME-WAIT = {unit.show(verdict.time_wait)}:"])
            proved[key].append(verdict.property)
    for key, (head, *names) in proved.items():
        yield _of(f"{head} {', '.join(names)}", dumps(certificates[key].to_json()), "check --save DIR")
    region = reported.region.proofs if reported.region is not None else ()
    parts = tuple(p.certificate for p in region if p.certificate is not None)
    if reported.region is not None and parts:
        text = dumps(CertificateFile(parts, reported.region.request.scope).to_json())
        name = reported.region.request.property
        yield _of(f"certificate of the region of {name}", text, "bound --certificate FILE")
    for exchange in reported.exchanges:
        what = f"trace of {exchange.trace.property} at TIME-WAIT = {unit.show(exchange.time_wait)}"
        yield _of(what, exchange.trace.dumps(), "check --save DIR")


def _of(what: str, text: str, written_by: str) -> Fingerprint:
    return Fingerprint(what, sha256(text.encode()).hexdigest(), f"tcpverify {written_by}")
