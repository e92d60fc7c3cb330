"""Two instructors who answer at once: the later one is shown the first answer. A negative control without the
lock fails at the constraint instead of saying why."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.conversations import answering
from app.conversations.errors import MessageNotSent
from app.conversations.models import Conversation, ConversationMessage
from tests.make import NOW
from tests.make.conversations import a_conversation
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_user

ON_POSTGRES = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def unlocked(db, conversation_id):
    return db.scalars(select(Conversation).where(Conversation.id == conversation_id)).one()


@ON_POSTGRES
@pytest.mark.parametrize("locks", [True, False])
def test_two_answers_at_once(database, monkeypatch, locks):
    with database.write() as db:
        question = a_conversation(db, a_user(db))
        office = [a_user(db, f"Admin {number}", roles=("admin",)) for number in range(2)]
    if not locks:
        monkeypatch.setattr(answering, "lock_conversation", unlocked)

    def answering_as(actor):
        with database.write() as db:
            answering.answer(db, actor, question, words=actor.name, seen=1, now=NOW)

    with ThreadPoolExecutor(2) as threads:
        with database.write() as db:
            db.execute(select(Conversation.id).with_for_update())
            running = [threads.submit(answering_as, actor) for actor in office]
            until_waiting(database, 2, *running)
        (error,) = [error for each in running if (error := each.exception(SECONDS))]
    with database.read() as db:
        written = db.scalars(select(ConversationMessage.number)).all()
    assert sorted(written) == [1, 2]
    if locks:
        assert isinstance(error, MessageNotSent)
        assert error.reason == "newer_messages"
    else:
        assert isinstance(error, IntegrityError)
