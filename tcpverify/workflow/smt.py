"""`check --engine smt`: the second engine, property by property, with the same confirmations as the first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tcpverify.engines.smt import SmtResult, solve
from tcpverify.errors import InternalDisagreement
from tcpverify.evidence.certificate import Certificate, fixed
from tcpverify.evidence.concrete import ZeroTimeout, concretise
from tcpverify.evidence.recheck import Recheck, recheck
from tcpverify.evidence.replay import replay
from tcpverify.lang.linear import constant
from tcpverify.tcp.properties import PREMISES, Property
from tcpverify.workflow import setting
from tcpverify.workflow.check import Session
from tcpverify.workflow.results import PROVED, REFUTED, UNKNOWN, Assurance, Verdict

__all__ = ["DEFAULT_SECONDS", "verdicts_by_smt"]

#: how long one property may take when the user gives no limit
DEFAULT_SECONDS = 60.0


def verdicts_by_smt(session: Session, time_wait: Fraction, role: str) -> list[Verdict]:
    """The wanted verdicts at one duration; properties about endless runs are not for this engine."""
    values = setting.parameters(session.request, time_wait)
    found = []
    for item in session.wanted:
        began = time.perf_counter()
        if session.limits.stop():
            found.append(_unknown(item, time_wait, role, "interrupted", began))
        elif not item.watched:
            reason = "the smt engine decides what a step can break, not endless runs; use --engine zones"
            found.append(_unknown(item, time_wait, role, reason, began))
        else:
            found.append(_one(session, item, values, time_wait, role))
    return found


def _unknown(item: Property, time_wait: Fraction, role: str, reason: str, began: float) -> Verdict:
    spent = time.perf_counter() - began
    return Verdict(item.name, time_wait, role, UNKNOWN, False, Assurance("smt"), spent, reason)


def _one(
    session: Session, item: Property, values: Mapping[str, Fraction], time_wait: Fraction, role: str
) -> Verdict:
    began = time.perf_counter()
    seconds = session.limits.remaining() or DEFAULT_SECONDS
    result = solve(session.system, values, item.name, seconds=seconds)
    method = f"smt, {result.method}" if result.method else "smt"
    if result.verdict == REFUTED and result.witness is not None:
        start: Any = result.witness.start
        try:
            trace = concretise(
                session.system, start, result.witness.edges, values, session.model.name, item.name, shortest=True
            )
        except ZeroTimeout as error:
            return _unknown(item, time_wait, role, str(error), began)
        replay(trace, session.model.table)
        assurance = Assurance(method, result.locations, result.rules, result.depth, ("z3", "replay"))
        return Verdict(item.name, time_wait, role, REFUTED, False, assurance, time.perf_counter() - began, "", trace)
    if result.verdict == PROVED:
        certificate, answer = _confirmed(session, item, values, result)
        by = ("z3",) if answer is not None else ()
        obligations = answer.obligations if answer is not None else 0
        assurance = Assurance(method, result.locations, result.rules, result.depth, by, obligations)
        # The premise is another reachability question, put to the same engine.
        premise = solve(session.system, values, item.premise, seconds=seconds)
        vacuous = premise.verdict == PROVED
        reason = f"never reached: {PREMISES.get(item.premise, item.premise)}" if vacuous else ""
        if answer is None:
            reason = f"proved by {result.method}, which leaves no certificate to re-check"
        spent = time.perf_counter() - began
        return Verdict(item.name, time_wait, role, PROVED, vacuous, assurance, spent, reason, None, certificate)
    got = f"{result.locations} locations, depth {result.depth}"
    return _unknown(
        item, time_wait, role, f"the {result.limit} limit was reached after {got}; raise --timeout", began
    )


def _confirmed(
    session: Session, item: Property, values: Mapping[str, Fraction], result: SmtResult
) -> tuple[Certificate | None, Recheck | None]:
    """The invariant as a certificate, re-checked like any other; None where the method leaves none."""
    if result.invariant is None:
        return None, None
    rows = {  # with bounds as expressions, as certificates have them
        location: tuple((i, j, constant(c), strict) for i, j, c, strict in region)
        for location, region in result.invariant.items()
    }
    regions = list(dict.fromkeys(rows.values()))
    number = {region: i for i, region in enumerate(regions)}
    invariant: Any = {location: (number[region],) for location, region in rows.items()}
    certificate = Certificate(
        session.model.name, tuple(values), fixed(values), (item.name,), regions, invariant, {}, session.system
    )  # fmt: skip
    answer = recheck(certificate, session.afresh)
    if not answer.holds:
        raise InternalDisagreement(f"the invariant for {item.name} fails its re-check: {answer.failure}")
    return certificate, answer
