"""Rights that end: a place on a course, a role, an account.

Everything that depends on such a right ends with it, in every feature: seats on future practicals,
waiting-list entries, open attempts, assignments of instructors. `service` ends them; `queries`
shows beforehand what would end.
"""
