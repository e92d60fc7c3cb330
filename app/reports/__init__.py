"""Results: how the students of a course do at its quizzes, read across features."""
