"""RFC 793, the Transmission Control Protocol of 1981, as corrected by RFC 1122.

On closing, RFC 793 differs from RFC 9293 in its checks, which `pre-rfc5961` restores, and in nothing else that this
model shows: states, calls, the acceptability test, the order of the steps, TIME-WAIT and its restart are the same.
Not restored, since they are about opening or about what the model leaves out: SYN-RECEIVED took an ACK of SND.UNA
itself (page 72, a mistake that RFC 9293 corrects); security and precedence were checked in every state; and nothing
limited the rate of ACKs. Wanted as the text that RFC 1337 was written about, and many small stacks after it.
"""

GROUP = "standards"
SUM = "rfc9293+pre-rfc5961"
