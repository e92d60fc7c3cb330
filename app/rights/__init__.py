"""Rights that end: a place on a course, a role, an account.

What depended on such a right ends with it in every feature: seats on practical days to come, waits, open
attempts, assignments of instructors. `service` ends it, `queries` says beforehand what it would be.
"""
