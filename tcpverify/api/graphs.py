"""The pictures of `tcpverify graph` as networkx graphs that draw themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

import networkx as nx

from tcpverify.api.answers import Picture
from tcpverify.api.model import Named, naming
from tcpverify.api.options import Options, exploring, parsed
from tcpverify.api.runs import Run, replay
from tcpverify.errors import UsageError
from tcpverify.tcp.registry import DEFAULT_MODEL, load
from tcpverify.workflow.requests import check_request

if TYPE_CHECKING:
    from tcpverify.evidence.trace import Trace
    from tcpverify.workflow.results import CheckRequest

__all__ = ["Folded", "StateGraph", "graph"]

SHOW = ("machine", "reachable", "counterexample")


class _Drawn:
    """What draws itself where the program ``dot`` is installed, and otherwise says so."""

    def _shown(self) -> Any:
        """The graph that is drawn."""
        return self

    def dot(self) -> str:
        """The picture as DOT text."""
        from tcpverify.views.drawing import drawn

        return drawn(self._shown())

    def svg(self) -> str:
        """The picture as the text of an SVG file.

        Raises
        ------
        UsageError
            if there is no program ``dot``.
        """
        from tcpverify.views.drawing import rendered

        return rendered(self.dot(), "svg").decode("utf-8")

    def picture(self) -> Picture:
        """The picture alone.

        Raises
        ------
        UsageError
            if there is no program ``dot``.
        """
        return Picture(self.svg(), self._words())

    def to_json(self) -> dict[str, Any]:
        """The document ``tcpverify.graph/1``."""
        from tcpverify.views.drawing import graph_document

        return graph_document(self)

    def _words(self) -> str:
        from tcpverify.views.drawing import summary

        return summary(self._shown())

    def __repr__(self) -> str:
        return f"<graph: {self._words()}>"

    def __str__(self) -> str:
        return self._words()

    def _repr_html_(self) -> str:
        from tcpverify.views.notebook import block, paragraph, picture

        try:
            return block(picture(self.svg(), self._words()), paragraph(self._words(), "dim"))
        except UsageError as error:
            return block(paragraph(self._words()), paragraph(f"No picture: {error}", "warn"))


class Folded(_Drawn, nx.DiGraph):  # type: ignore[misc]
    """A quotient of a graph of states: a node for all that have something in common, counts on nodes and edges."""


class StateGraph(_Drawn, nx.MultiDiGraph):  # type: ignore[misc]
    """A state machine (nodes are states of an end), or everything that can be reached (nodes are numbers).

    Attributes of nodes and edges are plain words and numbers. The picture of a large one is folded: `folded` says how.
    """

    def folded(self, by: str = "ends", expand: Collection[str] = (), members: int = 24) -> Folded:
        """The quotient by what states have in common.

        Parameters
        ----------
        by
            ``ends``, ``flight``, ``incarnation``, ``property`` (what the property looks at) or ``none``.
        expand
            groups that show their members, such as ``TIME-WAIT/LAST-ACK``.
        members
            how many nodes an expanded group shows.

        Raises
        ------
        UsageError
            if this is the state machine, or there is no such group or way.
        """
        from tcpverify.workflow.quotient import folded

        if self.graph["kind"] == "machine":
            raise UsageError("the state machine is drawn as it is; only a graph of reachable states is folded")
        if by not in (ways := ("ends", "flight", "incarnation", "property", "none")):
            raise UsageError(f"states are folded by one of {', '.join(ways)}, not by {by!r}")
        return Folded(folded(self, by, tuple(expand), self._marked(), members))

    def _marked(self) -> bool:
        return any("path" in data for _, data in self.nodes(data=True))

    def _shown(self) -> Any:
        return self if self.graph["kind"] == "machine" else self.folded()


@exploring
def graph(
    model: Named | None = None, show: str = "machine", *, trace: Run | None = None, times: bool = False,
    states: int = 0, **options: Unpack[Options],
) -> StateGraph:  # fmt: skip
    """The state machine, everything that can be reached at one TIME-WAIT, or a counterexample in it.

    Parameters
    ----------
    model
        as for `check`; with a trace, the model that it names if this names none.
    show
        ``machine``, ``reachable``, or ``counterexample`` (the refutation that `check` would show).
    trace
        a run that is shown in what can be reached, replayed first; it says everything else itself.
    times
        add what states say of their clocks.
    states
        how many states are enough, looked at every 1024 (0: the usual limit).
    **options
        as for `check`, where something is explored.

    Returns
    -------
    StateGraph
        a `networkx.MultiDiGraph`; a notebook draws it if the program ``dot`` is installed.

    Raises
    ------
    UsageError, ModelError
        if the question cannot be asked so.
    FileFormatError
        if the trace is no run of the model.

    Examples
    --------
    >>> import networkx, tcpverify
    >>> machine = tcpverify.graph("rfc9293")
    >>> len(machine), sorted(machine.predecessors("TIME-WAIT"))
    (11, ['CLOSING', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT'])
    >>> reachable = tcpverify.graph(show="reachable", losses=0, retransmissions=0, incarnations=1)
    >>> reachable
    <graph: 307 states and 982 transitions, drawn as 24 nodes>
    >>> networkx.shortest_path_length(reachable.folded(), "ESTABLISHED / ESTABLISHED", "TIME-WAIT / TIME-WAIT")
    6
    """
    if show not in SHOW:
        raise UsageError(f"there is no graph {show!r} to show; there are {', '.join(SHOW)}")
    values, given = parsed(options)
    if trace is not None:
        if given or show not in ("machine", "counterexample"):
            raise UsageError("the trace says what it is a run of; leave the other options out")
        return _followed(replay(trace, model).trace, model, times, states)
    with naming(model or DEFAULT_MODEL) as (expression,):
        if show == "machine":
            if given or times or states:
                raise UsageError("the state machine is the rules alone, and nothing is explored for it; no options")
            from tcpverify.workflow.machine import machine_graph

            return StateGraph(machine_graph(load(expression)))
        request, found = check_request(expression, values, given), None
        if show == "counterexample":
            from tcpverify.workflow.refuting import refutation

            found = refutation(request)
            request = replace(request, time_waits=(found.parameters["TIME_WAIT"],), properties=(found.property,))
        return _explored(request, found, times, states)


def _followed(trace: Trace, model: Named | None, times: bool, states: int) -> StateGraph:
    """What can be reached where a trace is a run, with the trace in it."""
    from tcpverify.workflow.graph import request_of

    with naming(model or trace.model) as (expression,):
        return _explored(request_of(trace, expression), trace, times, states)


def _explored(request: CheckRequest, trace: Trace | None, times: bool, states: int) -> StateGraph:
    from tcpverify.workflow.graph import reachable_graph

    return StateGraph(reachable_graph(replace(request, states=states), times=times, trace=trace))
