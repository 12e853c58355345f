"""A saying: its words, its statements, and how it follows from what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tcpverify.workflow.claims.outcomes import CONDITIONAL, NO, UNDECIDED, YES, Answer, Outcome
from tcpverify.workflow.claims.statements import Statement, Text

__all__ = ["Claim", "Judge", "Sentence", "across", "all_of", "answered", "word"]

#: from the answer of each statement to that of the saying
Judge = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Sentence:
    """The words for one pattern of answers.

    Attributes
    ----------
    pattern
        the answers, in the order of the statements, by their first letters: ``ync`` is yes, no, conditional. Where
        anything else comes out, other words are needed.
    text
        with figures in braces: ``{key}`` for what became of a statement, ``{key:FORM}`` for one of the forms that
        `tcpverify.views.claims` knows.
    """

    pattern: str
    text: Text


@dataclass(frozen=True)
class Claim:
    """A saying and what it is taken to mean.

    ``meaning`` says in a sentence what precisely is put to the test; ``source`` where the saying or its subject is
    found.
    """

    id: int
    words: Text
    meaning: Text
    source: str
    statements: Mapping[str, Statement]
    judge: Judge
    sentences: tuple[Sentence, ...]


def word(statement: Statement, outcome: Outcome) -> str:
    """What an outcome says of the saying; a figure that nobody claimed says nothing (``-``)."""
    if outcome.verdict == "computed":
        return "-"
    if outcome.verdict == UNDECIDED:
        return UNDECIDED
    if outcome.verdict == "sometimes":
        return CONDITIONAL
    return YES if outcome.verdict in statement.for_it else NO


def across(*keys: str) -> Judge:
    """A saying about several settings: true in all, in none, or in some, which is to say under a condition."""

    def judge(words: Mapping[str, str]) -> str:
        found = {words[k] for k in keys or words}
        if UNDECIDED in found:
            return UNDECIDED
        return found.pop() if len(found) == 1 else CONDITIONAL

    return judge


def all_of(*parts: str | Judge) -> Judge:
    """A saying that says several things: false if any of them is."""

    def judge(words: Mapping[str, str]) -> str:
        found = [words[p] if isinstance(p, str) else p(words) for p in parts or tuple(words)]
        for answer in (NO, UNDECIDED, CONDITIONAL):
            if answer in found:
                return answer
        return YES

    return judge


def answered(claim: Claim, outcomes: Mapping[str, Outcome]) -> Answer:
    """The answer that follows."""
    words = {key: word(statement, outcomes[key]) for key, statement in claim.statements.items()}
    pattern = "".join(w[0] for w in words.values())
    sentence = next((s for s in claim.sentences if s.pattern == pattern), None)
    return Answer(claim, claim.judge(words), outcomes, words, sentence)
