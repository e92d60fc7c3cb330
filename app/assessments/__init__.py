"""Practical assessment beside the treatment bed, against the checklist of the practical's kind.

An instructor confirms who stands there, marks each step done, with prompt or not done, comments and
signs. Marks are appended with a revision number; a write based on an older one is refused with both
versions. A signed assessment never changes; a second try is a new one and keeps the first.
"""
