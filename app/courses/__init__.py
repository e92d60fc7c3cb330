"""Courses as files, and their immutable published revisions.

A folder under `courses/` is parsed into two documents: *delivery* (everything a learner may see
while learning) and *keys* (correct answers, tolerances and explanations). Publishing stores both
as one revision under a digest. Learner records point at `(revision, key)`; a revision never changes,
so it is kept in memory by digest and pages never read content through the database twice.
Code that delivers questions imports `domain.delivery` only; `domain.keys` belongs to marking and
to the review after release.
"""
