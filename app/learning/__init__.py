"""Learning a course: its map with progress and locks, lessons, glossary and search.

Completions are rows: a lesson is done, or a quiz is passed. The quizzes feature records passes with
`service.record_quiz_passed`, in the transaction of the submission. The course map is computed from
the pinned revision and the completions, without a database.
"""
