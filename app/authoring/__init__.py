"""The language of authors: the fields, the Markdown and the drawings of course files, and what is said of
mistakes in them.

Nothing here knows what a course or a question is.
"""
