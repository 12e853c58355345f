"""RFC 9293 with an idealised TIME-WAIT, the machine that the 2·MSL rule is about.

Everything outside TIME-WAIT is the standard; in TIME-WAIT only a retransmitted FIN has an effect, as `ideal`
says. Wanted as the model in which the textbook argument can be checked to the letter.
"""

GROUP = "variants"
SUM = "rfc9293+ideal"
