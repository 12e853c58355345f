"""The sayings, by what they are about, each file a group; `CLAIMS` has them all in their order."""

from tcpverify.workflow.claims.claim import Claim
from tcpverify.workflow.claims.sayings import closing, durations, linux, opening, options, price

__all__ = ["CLAIMS"]

CLAIMS: tuple[Claim, ...] = tuple(
    sorted(
        (c for group in (closing, durations, linux, opening, options, price) for c in group.CLAIMS),
        key=lambda c: c.id,
    )
)
