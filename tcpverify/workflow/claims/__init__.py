"""Widespread sayings about TIME-WAIT, written as statements about models that are decided whenever one asks.

A saying (`claim.Claim`) is words in two languages, statements (`statements`), and how it follows from what becomes
of these. What becomes of them is nowhere written down: `deciding` has it proved, refuted or derived each time.
"""
