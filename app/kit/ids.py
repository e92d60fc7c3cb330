"""Typed identifiers, made by the application; they sort by the time at which they were made."""

import secrets
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
GroupId = NewType("GroupId", UUID)
SignInId = NewType("SignInId", UUID)
EventId = NewType("EventId", UUID)
RevisionId = NewType("RevisionId", UUID)
IntakeId = NewType("IntakeId", UUID)
EnrolmentId = NewType("EnrolmentId", UUID)
DecisionId = NewType("DecisionId", UUID)
AttemptId = NewType("AttemptId", UUID)
AllowanceId = NewType("AllowanceId", UUID)
ExceptionId = NewType("ExceptionId", UUID)
PracticalId = NewType("PracticalId", UUID)
ReservationId = NewType("ReservationId", UUID)
SeatId = NewType("SeatId", UUID)
WaitingId = NewType("WaitingId", UUID)
ReminderId = NewType("ReminderId", UUID)
AssessmentId = NewType("AssessmentId", UUID)
CertificateId = NewType("CertificateId", UUID)
EnquiryId = NewType("EnquiryId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
VoteId = NewType("VoteId", UUID)
HighlightId = NewType("HighlightId", UUID)
NoticeId = NewType("NoticeId", UUID)
ErratumId = NewType("ErratumId", UUID)
FactorId = NewType("FactorId", UUID)

ALL_IDS = (
    UserId,
    GroupId,
    SignInId,
    EventId,
    RevisionId,
    IntakeId,
    EnrolmentId,
    DecisionId,
    AttemptId,
    AllowanceId,
    ExceptionId,
    PracticalId,
    ReservationId,
    SeatId,
    WaitingId,
    ReminderId,
    AssessmentId,
    CertificateId,
    EnquiryId,
    ConversationId,
    MessageId,
    VoteId,
    HighlightId,
    NoticeId,
    ErratumId,
    FactorId,
)


def new_uuid() -> UUID:
    """Return a version 7 UUID: milliseconds since 1970, 4,096ths of a millisecond, then 62 random
    bits (RFC 9562, 6.2, method 3). The ids of one process sort in the order in which they were
    made."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    return UUID(int=value)


def random_token() -> str:
    """Return 256 bits from the system's generator, safe in a URL or a cookie."""
    return secrets.token_urlsafe(32)
