"""Intakes of a course, and the places people hold in them.

An intake is one run of a course: start, price, number of places, booking window. A person asks for a
place or an admin reserves it; a place is requested, confirmed, declined, cancelled, or waits. The
intake's row is the gate: every command updates it first, so that no place is sold twice and no place
stays free beside somebody who waits. A confirmed enrolment pins the revision of the course.
"""
