"""What the states of stored attempts mean in SQL. A graded attempt is stored as submitted, with its marks."""

from sqlalchemy import or_

from app.db.base import table_of
from app.quizzes import models
from app.quizzes.domain.transitions import RUNNING, AttemptState

ATTEMPT = table_of(models.AttemptRow).c
IS_TRY = ATTEMPT.state != AttemptState.ended
"""An attempt that was closed when its student lost the place is kept, but does not count as a try."""
IS_RUNNING = or_(*(ATTEMPT.state == state for state in sorted(RUNNING)))
"""It is stored as running; its time may be over."""
IS_SENT = ATTEMPT.state == AttemptState.submitted
