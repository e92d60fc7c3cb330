"""Learning a course: its map with progress and locks, lessons, glossary and search.

What a student has completed is a set of facts, one row each: lesson done, quiz passed. Quizzes (above)
record theirs through `service.record_quiz_passed` in the transaction of the submission. The map is a pure
function of the pinned revision and these facts.
"""
