"""Certificates: issued once when the rule is met, never changed, verifiable by anyone, revocable
with a reason.

The rule: every module completed and the final test passed, a practical attended, and assessed competent.
The rule is checked through the outbox after each fact that could complete it. A certificate stores
a snapshot of its text and the snapshot's hash, so later edits of the course or the person do not
change it.
"""
