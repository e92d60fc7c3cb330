"""Attempts at quizzes: started, answered, submitted, marked, reviewed.

The row of an attempt is added at the start and stores the revision, the seed and the drawn order;
every later command locks it first. Answers are appended with a sequence number and never updated;
the current answer is the newest one received in time. Only the server's clock counts. Marking is a
pure function of answers and keys; only `marking`, and the review after release, may import the
keys.
"""
