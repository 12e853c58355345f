"""Certificates of no-double-delivery: what hosts were delivered and which counts they remember is part of the proof."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from tcpverify.errors import FileFormatError
from tcpverify.evidence.certificate import Certificate
from tcpverify.tcp.scope import Scope
from tcpverify.workflow.check import check
from tcpverify.workflow.recheck import RecheckReport, recheck_text
from tcpverify.workflow.results import CheckRequest
from tests.docs.test_schemas import validate
from tests.oracle import TWICE

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    """T/TCP with TAO, servers that close and nothing lost, as `check` proves it and writes it."""
    scope = Scope(**{**TWICE, "calls": ("open", "close"), "losses": 0})  # type: ignore[arg-type]
    request = CheckRequest(
        "rfc9293+t-tcp+tao", Fraction(120), (Fraction(12),), scope=scope, properties=("no-double-delivery",)
    )
    (verdict,) = check(request).verdicts
    assert verdict.verdict == "proved" and isinstance(verdict.certificate, Certificate)
    found: Document = json.loads(json.dumps(verdict.certificate.to_json()))
    return found


def held(document: Document, change: Callable[[Document, list[Document]], object] | None = None) -> RecheckReport:
    """The re-check of the document, of which the one part and its ends may be changed first."""
    found = copy.deepcopy(document)
    if change is not None:
        change(found["parts"][0], list(found["parts"][0]["ends"].values()))
    return recheck_text(json.dumps(found), "it")


def test_it_is_written_read_and_confirmed(document: Document) -> None:
    validate(document)
    assert document["parts"][0]["system"]["watch_deliveries"]
    ends = document["parts"][0]["ends"].values()
    assert all(any(name in end for end in ends) for name in ("delivered", "cc_recv", "cc_cache"))
    assert held(document).holds


@pytest.mark.parametrize(
    "change",
    [
        lambda part, ends: [end.pop("delivered", None) for end in ends],
        lambda part, ends: [end.update(delivered=[[1, 2]]) for end in ends if "delivered" in end],
        lambda part, ends: [end.update(cc_cache=end["cc_cache"] + 1) for end in ends],
        lambda part, ends: [end.update(cc_recv=7) for end in ends if "cc_recv" in end],
    ],
)
def test_what_was_tampered_with_is_refused(document: Document, change: Callable[..., object]) -> None:
    assert not held(document, change).holds


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda part, ends: part["system"].pop("watch_deliveries"), "does not watch deliveries"),
        (lambda part, ends: part["system"].update(watch_deliveries=False), "does not watch deliveries"),
        (lambda part, ends: part["system"].update(watch_deliveries=1), "neither true nor false"),
        # Without what tells them apart, two ends are one.
        (lambda part, ends: [end.pop("cc_cache") for end in ends], "there before"),
        (lambda part, ends: ends[0].update(delivered=[[1]]), "pairs of an incarnation and a place"),
        (lambda part, ends: ends[0].update(delivered=[[0, 1]]), "out of range"),
        (lambda part, ends: ends[0].update(delivered="all"), "is not a list"),
        (lambda part, ends: ends[0].update(cc_cache=-1), "out of range"),
        (lambda part, ends: ends[0].update(cc_recv=None), "is not an integer"),
    ],
)
def test_what_is_no_certificate_of_it(document: Document, change: Callable[..., object], says: str) -> None:
    with pytest.raises(FileFormatError, match=says):
        held(document, change)
