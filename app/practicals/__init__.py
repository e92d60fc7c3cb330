"""Practicals: scheduled practical days with few places, and who holds them.

The practical's row is the gate: every command that touches places, the waiting list or the status first
updates that row, then decides in plain Python, then writes. A named CHECK and a partial unique index stand
behind it. A freed place goes to the first eligible person who waits, in the same transaction.
`Seat` in code is a *place* in the interface.
"""
