"""macOS and iOS (XNU): TIME-WAIT of 30 s that ignores RST and that a retransmitted FIN does not restart.

A RST at RCV.NXT is dropped in TIME-WAIT. A FIN that arrives again is taken for a duplicate and stripped of its FIN
bit before the code that would restart the timer: acknowledged, no more; that is read from tcp_input.c, not measured.
Not modelled yet: a SYN beyond the window reopens; a RST elsewhere in the window is challenged, not ignored. Wanted
by everyone who measures TIME-WAIT on a Mac.
"""

GROUP = "stacks"
SUM = "rfc9293+rfc1337+no-restart+msl-15s"
