"""The digest by which generated tests see that no row has changed."""

from sqlalchemy import update

from app.accounts.models import User
from tests.make.fingerprint import fingerprint
from tests.make.people import a_user

LONG = 1_000


def test_every_changed_letter_is_seen_in_its_table(database):
    """Also in the middle of a long value, where SQLAlchemy's text of a row leaves it out."""
    with database.write() as db:
        sam = a_user(db, password_hash="x" * LONG)
    before = fingerprint(database)
    assert fingerprint(database) == before
    with database.write() as db:
        changed = "x" * (LONG // 2) + "y" + "x" * (LONG // 2 - 1)
        db.execute(update(User).where(User.id == sam.user_id).values(password_hash=changed))
    after = fingerprint(database)
    assert {name for name in before if before[name] != after[name]} == {"users"}
