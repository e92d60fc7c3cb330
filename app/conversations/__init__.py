"""Conversations: a student asks the academy's instructors about a section of a lesson, and they answer.

Each is private to one student. Instructors who look after the student read and answer it, and admins; where
nobody looks after a student, every instructor does. Admins can remove a message and close a conversation.
Mails and notices about it never repeat what somebody wrote: people may write about their health.
"""
