"""Attempts at quizzes: started, answered, submitted, marked, reviewed.

The attempt's row is made at the start and pins the revision, the seed and the drawn order as stored
data; it is the gate of every later command. Answers are appended with a sequence number, never updated;
the current answer is the newest that counts. Time is the server's. Marking is a pure function of the
answers and the keys, which only `marking` and the review after release may import.
"""
