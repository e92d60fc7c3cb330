"""Intakes of a course, and the places people hold in them.

An intake is one run of a course: start, price, number of places, booking window. A person requests
a place, or an admin reserves one. An enrolment is requested, confirmed, declined, cancelled or
waiting. Every command first updates the intake's row, which locks it; so no place is sold twice,
and none stays free while somebody waits for it. A confirmed enrolment pins the revision of the
course.
"""
