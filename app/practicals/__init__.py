"""Practicals: dates, places on them, waiting lists, rosters and attendance.

A practical is one scheduled session of a kind that a course defines. Every command first updates
the row of the practical, which locks it. So commands on one practical run one after the other, no
place is sold twice, and none stays free while somebody who could come is waiting. A named CHECK on
the counter and a unique index on live places guard the same in the database. `domain` decides and
gives reasons; pages, mails and refusals show the same reasons. After the practical, the person's
rows are locked, so that two dates at the same time cannot both be booked. Every visible change of a
place increases its calendar sequence and sends an invite.
"""
