"""Certificates from their JSON documents, about systems that are built from the model alone.

A document is data: nothing in it is executed, and no system in it is believed. The model is loaded by its name, the
system is built again from the model and the scope, and the locations of the document are only looked up in it. The
one thing taken over is the order in which ends and segments are numbered, since it decides which of a location and
its mirror image is meant.
"""

from __future__ import annotations

import re
from typing import Any

from tcpverify.errors import FileFormatError, ModelError, UsageError
from tcpverify.evidence.certificate import SCHEMA, Assumption, Bound, Certificate, CertificateFile, Region
from tcpverify.evidence.fields import Field, document
from tcpverify.evidence.scopes import read_scope
from tcpverify.lang.linear import Linear, parameter
from tcpverify.tcp import properties
from tcpverify.tcp.copies import OBLIGATIONS
from tcpverify.tcp.endpoint import End, Segment
from tcpverify.tcp.location import GAVE_UP, Location, Timing
from tcpverify.tcp.registry import LoadedModel, load, outside, shipped_directory, verify_table
from tcpverify.tcp.scenario import Scenario
from tcpverify.tcp.scope import MOST_DATA, MOST_INCARNATIONS, UNLIMITED, Scope
from tcpverify.tcp.stamps import EXACT, ORDER

__all__ = ["covers", "read"]

PARAMETERS = ("MSL", "RTO_MIN", "RTO_MAX", "DELAY_MIN", "TIME_WAIT", "TICK")
#: characters of a model expression
_EXPRESSION = 200
_CLOCK = re.compile(r"x[1-9][0-9]{0,3}")


def read(
    text: str, name: str = "the file", model: str | None = None, hint: str = "--model "
) -> CertificateFile:
    """The certificates in a document.

    Parameters
    ----------
    name
        what messages call the document.
    model
        the model expression to hold it against; without one, the document's own, if all its parts are models that
        come with the program.
    hint
        what stands before a model where the user names one.

    Raises
    ------
    FileFormatError
        if the text is truncated, is not JSON, or is no certificate of this schema; the message names the place.
    UsageError, ModelError
        if the model cannot be loaded, or is a file that the user has not named.
    """
    whole = document(text, name)
    schema = whole.value.get("schema") if isinstance(whole.value, dict) else None
    if schema != SCHEMA:
        shown = repr(schema)[:60]
        older = isinstance(schema, str) and schema.startswith("tcpverify.certificate/")
        again = "; run `check --save` again to get one" if older else ""
        raise FileFormatError(f"{name} is not a certificate: its schema is {shown}, expected {SCHEMA!r}{again}")
    loaded = _model(whole["model"], model, hint)
    scope = read_scope(whole["scope"])
    claimed = tuple(_property(row) for row in whole["properties"].rows())
    names = tuple(row.text(PARAMETERS) for row in whole["parameters"].rows())
    parts = tuple(_part(row, loaded, scope, claimed, names) for row in whole["parts"].rows())
    if not parts:
        raise whole["parts"].wrong("is empty: it proves nothing")
    return CertificateFile(parts, scope)


def covers(wider: Scope, scope: Scope) -> bool:
    """Whether every run of a scope is one of the wider scope: a bound hides behaviour and never invents any."""
    counts = ("losses", "duplicates", "retransmissions")
    for name in counts:
        more, less = getattr(wider, name), getattr(scope, name)
        if more != UNLIMITED and (less == UNLIMITED or less > more):
            return False
    rest = {n: v for n, v in vars(scope).items() if n not in counts}
    return all(getattr(wider, n) == v for n, v in rest.items())


# ------------------------------------------------------------ what is claimed


def _model(field: Field, asked: str | None, hint: str) -> LoadedModel:
    """The model to hold the document against."""
    spec = asked
    if spec is None:
        spec = field.text()
        if len(spec) > _EXPRESSION:
            raise field.wrong("is no model expression")
        part = outside(spec)
        if part is not None:
            what = f"the file {part!r}" if part.endswith(".py") else f"{part!r}, which does not come with this program"
            raise UsageError(
                f"{field.name} is about a model with {what}, and nothing is executed because a "
                f"certificate names it; say {hint}{spec!r} if that is the model you mean"
            )
    loaded = load(spec)
    if "TIME_WAIT" not in loaded.table.numbers:
        raise ModelError(f"{loaded.name!r} has no TIME_WAIT; certificates are about models of the full state table")
    own = any(part.path.parent != shipped_directory() for part in loaded.parts)
    if own and (flaws := verify_table(loaded)):
        raise ModelError(f"{loaded.name}: {flaws[0]}")
    return loaded


def _property(field: Field) -> str:
    try:
        found = properties.find(field.text())
    except UsageError as error:
        raise field.wrong(f"is no property: {error}") from error
    if not found.watched:
        raise field.wrong(f"is {found.name}, which is about endless runs; no certificate proves it")
    return found.name


# ------------------------------------------------------------ one part


def _part(
    field: Field, model: LoadedModel, scope: Scope, claimed: tuple[str, ...], names: tuple[str, ...]
) -> Certificate:
    scenario = _scenario(field["system"], model, scope, claimed, names)
    ends, segments, relations = _ends(field["ends"], scenario), _segments(field["segments"], scenario), {}
    for key, row in field["relations"].items():
        spaces, bases = tuple(row["spaces"].wholes()), frozenset(tuple(b.wholes()) for b in row["bases"].rows())
        if any(len(base) != len(spaces) for base in bases):
            raise row.wrong("has bases of another number than its spaces")
        relations[_number(key, row)] = scenario.parts.relation((spaces, bases))
    regions = [_region(row, names) for row in field["regions"].rows()]
    reach = [max((c for i, j, _, _ in region for c in (i, j)), default=0) for region in regions]
    invariant: dict[Location, tuple[int, ...]] = {}
    for row in field["invariant"].rows():
        location = _location(row, ends, segments, relations)
        if location in invariant:
            raise row.wrong("is a location that was there before")
        chosen = tuple(row["regions"].wholes(0, len(regions) - 1))
        clocks = len(scenario.clocks(location))
        for number in chosen:
            if reach[number] > clocks:
                raise row.wrong(f"has {clocks} clocks, and its region {number} speaks of x{reach[number]}")
        invariant[location] = chosen
    assume = tuple(
        Assumption(_linear(row["terms"], names), row["op"].text((">=", ">", "="))) for row in field["assume"].rows()
    )
    return Certificate(model.name, names, assume, claimed, regions, invariant, {}, scenario)


def _scenario(
    field: Field, model: LoadedModel, scope: Scope, claimed: tuple[str, ...], names: tuple[str, ...]
) -> Scenario:
    """The system, from the model; it must have every behaviour that the claim is about."""
    own = field.get("scope")
    wider = read_scope(own) if own is not None else scope
    if own is not None and not covers(wider, scope):
        raise own.wrong("leaves out behaviour that is in the scope claimed")
    watch = field["watch_first_fin"].flag()
    if "time-wait-side" in claimed and not watch:
        raise field["watch_first_fin"].wrong("is false, but time-wait-side is about who sent the first FIN")
    deliveries = field.get("watch_deliveries")
    octets = deliveries is not None and deliveries.flag()
    if "no-double-delivery" in claimed and not octets:
        raise field.wrong("does not watch deliveries, but no-double-delivery is about them")
    lower = [row.text(("DELAY_MIN", "RTO_MIN")) for row in field["lower_bounds"].rows()]
    timing = Timing(
        delay_min=parameter("DELAY_MIN") if "DELAY_MIN" in lower else None,
        rto_min=parameter("RTO_MIN") if "RTO_MIN" in lower else None,
        positive=field["positive_timeouts"].flag(),
    )
    asked = model.table.durations()
    used = {"MSL", "RTO_MAX", "TIME_WAIT", *lower, *asked, *(("TICK",) if wider.sequence == "timestamps" else ())}
    if missing := sorted(used - set(names)):
        raise field.wrong(f"has durations that are not among the parameters: {', '.join(missing)}")
    return Scenario(
        model.table, wider, timing, properties.observe, properties.drain, watch_first_fin=watch,
        obligations=field["obligations"].text(OBLIGATIONS), watch_deliveries=octets,
        timestamps=stamps.text((ORDER,)) if (stamps := field.get("timestamps")) is not None else EXACT,
    )  # fmt: skip


def _number(key: str, field: Field) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", key):
        raise field.wrong(f"stands under {key[:20]!r}, which is no number")
    return int(key)


def _ends(field: Field, scenario: Scenario) -> dict[int, int]:
    """The scenario's number for every number in the document, in the same order."""
    found = {}
    for key, row in sorted(((_number(key, row), row) for key, row in field.items()), key=lambda item: item[0]):
        number: dict[str, Any] = {n: None if row[n].value is None else row[n].whole() for n in _NUMBERS}
        number |= {n: None if row[n].value is None else row[n].flag() for n in _FLAGS}
        number |= {n: value.whole(0) for n in _COUNTS if (value := row.get(n)) is not None}
        octets = row.get("delivered")
        pairs = [pair.wholes(1) for pair in octets.rows()] if octets is not None else []
        if octets is not None and any(len(pair) != 2 for pair in pairs):
            raise octets.wrong("are not pairs of an incarnation and a place")
        end = End(
            state=row["state"].text(scenario.table.states), incarnation=row["incarnation"].whole(0, MOST_INCARNATIONS),
            role=row["role"].text(("", "active", "passive")), sent=row["sent"].whole(0),
            led=row["led"].text(("", "first", "second")), tainted=row["tainted"].flag(),
            stamp=row["stamp"].whole(), again=row["again"].flag(),
            delivered=tuple(sorted({(pair[0], pair[1]) for pair in pairs})), **number,
        )  # fmt: skip
        try:
            found[key] = scenario.parts.end(end)
        except Exception as error:
            # Its timers were asked which of them run; what a table makes of an end that it never has, nobody knows.
            raise row.wrong(f"is no end of the model {scenario.table.name}") from error
    return found


_NUMBERS = ("una", "nxt", "iss", "rcv", "ts", "old_nxt", "old_rcv")
_FLAGS = ("passive", "reopened")
_COUNTS = ("cc_recv", "cc_cache")


def _segments(field: Field, scenario: Scenario) -> dict[int, int]:
    found = {}
    for key, row in sorted(((_number(key, row), row) for key, row in field.items()), key=lambda item: item[0]):
        segment = Segment(
            end=row["end"].whole(0, 1), incarnation=row["incarnation"].whole(0, MOST_INCARNATIONS),
            syn=row["syn"].flag(), ack=row["ack"].flag(), fin=row["fin"].flag(), rst=row["rst"].flag(),
            seq=row["seq"].whole(), acknowledges=row["acknowledges"].whole(), text=row["text"].whole(0, MOST_DATA),
            ts=row["ts"].whole(), stale=row["stale"].flag(), copy=row["copy"].flag(),
        )  # fmt: skip
        found[key] = scenario.parts.segment(segment)
    return found


def _location(row: Field, ends: dict[int, int], segments: dict[int, int], relations: dict[int, int]) -> Location:
    pair, flight = row["ends"].wholes(-1), row["flight"].wholes(0)
    losses, duplicates, relation = row["losses"].whole(-1), row["duplicates"].whole(-1), row["relation"].whole(0)
    if len(pair) != 2:
        raise row["ends"].wrong("are not two")
    if pair == [-1, -1]:
        if (*pair, tuple(flight), losses, duplicates, relation) != GAVE_UP:
            raise row.wrong("is no location: nothing is left of a run that an end has given up")
        return GAVE_UP
    named = ((pair, ends, "end"), (flight, segments, "segment"), ([relation], relations, "relation"))
    for numbers, known, what in named:
        if unknown := [n for n in numbers if n not in known]:
            raise row.wrong(f"names {what} {unknown[0]}, which is not there")
    return (
        ends[pair[0]], ends[pair[1]], tuple(segments[n] for n in flight), losses, duplicates, relations[relation]
    )  # fmt: skip


def _region(field: Field, names: tuple[str, ...]) -> Region:
    return tuple(_bound(row, names) for row in field.rows())


def _bound(field: Field, names: tuple[str, ...]) -> Bound:
    places = {1: 0, -1: 0}
    for clock, factor in field["terms"].items():
        sign = factor.whole(-1, 1)
        if not _CLOCK.fullmatch(clock) or not sign or places[sign]:
            raise field["terms"].wrong("is not a clock or the difference of two, such as {'x1': 1, 'x2': -1}")
        places[sign] = int(clock[1:])
    strict = field["op"].text(("<", "<=")) == "<"
    return places[1], places[-1], _linear(field["bound"], names), strict


def _linear(field: Field, names: tuple[str, ...]) -> Linear:
    terms = {}
    for name, factor in field.items():
        if name and name not in names:
            raise field.wrong(f"mentions {name[:40]!r}, which is not among the parameters")
        terms[name] = factor.rational()
    return Linear.of(terms)
