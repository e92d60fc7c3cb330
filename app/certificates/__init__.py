"""Certificates: issued once by the rule, frozen in what they say, verified by anybody, revoked with a reason.

The rule: every module completed and the final test passed, a practical attended, and assessed competent.
It is asked through the outbox after each fact that could complete it. A certificate holds a snapshot of what
it says and the snapshot's hash; later edits of the course or the person do not reach it.
"""
