"""Use-cases that change assessments. Called by pages and the API alike."""

from app.assessments.service.ending import discard_assessment, resume_assessment, stop_assessment
from app.assessments.service.marking import (
    mark_step,
    save_comment,
    sign_assessment,
    start_assessment,
)

__all__ = (
    "discard_assessment",
    "mark_step",
    "resume_assessment",
    "save_comment",
    "sign_assessment",
    "start_assessment",
    "stop_assessment",
)
