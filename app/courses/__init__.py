"""Courses as files, and their immutable published revisions.

A folder under `courses/` is parsed into two documents: *delivery* (everything a learner may see
while learning) and *keys* (correct answers, tolerances and explanations). Publishing stores both as
one revision, named by a digest. Learners' rows refer to `(revision, key)`. A revision never
changes, so it is kept in memory, and pages read its content from the database only once. Code that
delivers questions imports only `domain.delivery`; `domain.keys` is for marking and for the review
after release.
"""
