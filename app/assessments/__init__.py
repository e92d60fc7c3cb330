"""Practical assessment beside the treatment bed, against the checklist of the practical's kind.

An instructor confirms the student's identity, marks each step as done, done with a prompt, or not
done, comments and signs. Marks are appended with a revision number; a write that is based on an
older number is refused, showing both versions. A signed assessment never changes; a second try is a
new assessment beside the first.
"""
