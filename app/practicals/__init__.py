"""Practical days: dates, places on them, waiting lists, rosters and attendance.

A practical is one day of one kind that a course names. Its row is the gate of its places: every command
updates it first, so commands on one practical run one after the other, no place is sold twice and none
stays free beside somebody who waits and could come. Behind the gate stand a named CHECK on the counter
and a unique index on living places. `domain` decides and gives reasons; pages, mails and refusals print
the same reasons. A person's rows are locked after the gate, so that two dates at the same hour cannot
both be booked. Every visible change of a place raises its calendar sequence and sends an invite.
"""
