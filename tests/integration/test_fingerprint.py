"""The digest by which generated tests see that no row has changed."""

from sqlalchemy import update

from app.enquiries.models import Enquiry
from tests.make.enquiries import an_enquiry
from tests.make.fingerprint import fingerprint

LONG = 1_000


def test_every_changed_letter_is_seen_in_its_table(database):
    """Also in the middle of a long value, where SQLAlchemy's text of a row leaves it out."""
    with database.write() as db:
        enquiry_id = an_enquiry(db, message="x" * LONG)
    before = fingerprint(database)
    assert fingerprint(database) == before
    with database.write() as db:
        changed = "x" * (LONG // 2) + "y" + "x" * (LONG // 2 - 1)
        db.execute(update(Enquiry).where(Enquiry.id == enquiry_id).values(message=changed))
    after = fingerprint(database)
    assert {name for name in before if before[name] != after[name]} == {"enquiries"}
