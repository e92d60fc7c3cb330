"""The way back from an upgrade: what it would take away is said before, and every step is whole."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app.db.database import Database
from app.db.migrate import downgrade, head, upgrade
from app.db.migrator import MigrationProblem, Watch, revision_at
from app.db.releases import RELEASES
from app.db.way_back import RELEASE, go_back, way_back
from app.kit.ids import new_uuid
from app.kit.paths import MIGRATIONS
from app.practicals.domain.seats import SeatState
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat
from tests.make.quizzes import a_published_course, a_question

FACTORS, BEFORE_FACTORS = "20261129_0140", "20261129_0130"
FIRST = RELEASES[0].revision
NEWER = "29991231_0001"


def path_back() -> list:
    """Every migration after the first release, the newest first."""
    return list(ScriptDirectory(str(MIGRATIONS)).iterate_revisions("head", FIRST))


def parts(database: Database) -> set[str]:
    """Every table, and every column of every table."""
    inspector = inspect(database.engine)
    tables = set(inspector.get_table_names())
    return tables | {
        f"{table}.{column['name']}" for table in tables for column in inspector.get_columns(table)
    }


def everything(database: Database) -> dict[str, set[str]]:
    """Return each table's columns, indexes and constraints, in words that can be compared."""
    inspector = inspect(database.engine)
    return {
        table: {
            *(
                f"{each['name']} {each['type']} {each['nullable']}"
                for each in inspector.get_columns(table)
            ),
            *(
                f"{each['name']} {each['column_names']} {each['unique']}"
                for each in inspector.get_indexes(table)
            ),
            *(
                f"{each['name']} {each['sqltext']}"
                for each in inspector.get_check_constraints(table)
            ),
            *(str(each["name"]) for each in inspector.get_unique_constraints(table)),
            *(str(each["name"]) for each in inspector.get_foreign_keys(table)),
        }
        for table in sorted(inspector.get_table_names())
    }


def run(database: Database, statement: str, **values: object) -> None:
    with database.write() as db:
        db.execute(text(statement), values)


def an_erratum(database: Database) -> None:
    run(
        database,
        "INSERT INTO course_errata (id, course_key, key, lesson_key, was, now, why, published_at) "
        "VALUES (:id, 'mesotherapy', 'e1', 'depth', '4 mm', '2 mm', 'typing error', :at)",
        id=new_uuid().hex,
        at=NOW.isoformat(sep=" "),
    )


def test_each_migration_takes_away_what_it_declares_and_comes_again(own):
    """Step by step to the first release and forward again, with the same schema in the end."""
    at_first, steps = everything(own), path_back()
    stood: list[set[str]] = []
    # Told before each step, when the one before it is committed.
    downgrade(own, FIRST, watch=Watch(tell=lambda _sentence: stood.append(parts(own))))
    stood.append(parts(own))
    assert len(stood) == len(steps) + 1
    for step, before, after in zip(steps, stood, stood[1:], strict=False):
        gone = before - after
        gone -= {part for part in gone if "." in part and part.partition(".")[0] in gone}
        declared = {part for part in step.module.loses if part in before}
        assert gone == declared, step.revision
    upgrade(own)
    assert everything(own) == at_first


class TestWhatIsSaidBefore:
    def test_rows_are_counted(self, own):
        run(own, "INSERT INTO worker_heartbeats (worker, at) VALUES ('mails', :at)", at=NOW)
        way = way_back(own, FIRST)
        assert way.here == head()
        assert way.to == FIRST
        assert (
            "  table worker_heartbeats, 1 row: when each worker was last seen; they say it anew."
            in (way.sentences)
        )
        assert not any("passkeys" in sentence for sentence in way.sentences)

    def test_the_release_before_is_the_newest_one_that_is_older(self, own):
        for release in reversed(RELEASES):
            if release.revision == head():
                continue
            way = way_back(own, RELEASE)
            assert way.to == release.revision
            go_back(own, way)
        with pytest.raises(MigrationProblem, match="There is no release before the present schema"):
            way_back(own, RELEASE)

    @pytest.mark.parametrize("to", ["20261122_0910", "2020", "base", "head", "", "-1"])
    def test_where_nothing_leads_there_is_no_way(self, own, to):
        with pytest.raises(MigrationProblem, match=r"no way back|never released"):
            way_back(own, to)
        assert revision_at(own) == head()

    def test_a_newer_version_takes_its_own_migrations_back(self, own):
        run(own, "UPDATE alembic_version SET version_num = :newer", newer=NEWER)
        with pytest.raises(MigrationProblem, match="Only the version that made a migration"):
            way_back(own, RELEASE)


class TestAWayThatIsClosed:
    def test_corrections_that_learners_must_see_close_it(self, own):
        an_erratum(own)
        way = way_back(own, FIRST)
        assert way.closed == (
            "20261129_0090: 1 corrections of the course are published, and learners would read the "
            "uncorrected words again",
        )
        before = parts(own)
        with pytest.raises(MigrationProblem, match="preceptor restore"):
            go_back(own, way)
        assert parts(own) == before
        assert revision_at(own) == head()

    @pytest.mark.parametrize(
        ("question", "why"),
        [
            (a_question(must_pass=True), "would let attempts pass without them"),
            (a_question(type_="ordering"), "cannot read them"),
            (a_question(), None),
        ],
        ids=["must pass", "ordering", "neither"],
    )
    def test_questions_that_an_older_version_would_mark_wrongly_close_it(self, own, question, why):
        """It ignores `must_pass`, and refuses a course with a type that it does not know."""
        parsed = small_course()
        assert parsed.course is not None
        quiz, *others = parsed.course.quizzes
        changed = quiz.model_copy(update={"questions": (question,)})
        with own.write() as db:
            a_published_course(
                db, parsed.course.model_copy(update={"quizzes": (changed, *others)}), parsed.keys
            )
        closed = way_back(own, RELEASE).closed
        assert [reason.endswith(why) for reason in closed] == ([True] if why else [])

    @pytest.mark.parametrize(
        ("columns", "why"),
        [
            ({"is_named": False}, "knows no such place"),
            ({"state": SeatState.expired}, "cannot read them"),
            ({}, None),
        ],
        ids=["without a name", "expired", "booked"],
    )
    def test_seats_that_an_older_version_cannot_read_close_it(self, own, columns, why):
        values = dict(columns)
        with own.write() as db:
            student = a_user(db, "Sam") if values.pop("is_named", True) else None
            a_seat(db, a_practical(db), student and student.user_id, **values)
        closed = way_back(own, "20261205_0300").closed
        assert [reason.endswith(why) for reason in closed] == ([True] if why else [])

    def test_it_is_open_as_far_as_the_step_before(self, own):
        an_erratum(own)
        go_back(own, way_back(own, "20261129_0090"))
        upgrade(own)
        with own.read() as db:
            assert db.scalar(text("SELECT count(*) FROM course_errata")) == 1

    def test_a_database_in_use_is_refused(self, own):
        """A server or worker keeps connections open."""
        way = way_back(own, FIRST)
        server = Database(own.url.render_as_string(hide_password=False), pool_size=1)
        with server.read() as db:
            db.execute(text("SELECT 1"))
        with pytest.raises(
            MigrationProblem, match=r"in use.* Stop the server and the workers first"
        ):
            go_back(own, way)
        assert revision_at(own) == head()
        server.close()
        go_back(own, way)
        assert revision_at(own) == FIRST


class TestAStepThatFails:
    def test_forward_it_leaves_the_revision_before(self, own):
        """Something of the same name is in the way after half of the step."""
        downgrade(own, BEFORE_FACTORS)
        run(own, "CREATE TABLE recovery_codes (id integer)")
        with pytest.raises(MigrationProblem) as caught:
            upgrade(own)
        words = str(caught.value)
        assert f"“upgrade {BEFORE_FACTORS} -> {FACTORS}" in words
        assert words.endswith(f"The schema is whole, at {BEFORE_FACTORS}.")
        assert revision_at(own) == BEFORE_FACTORS
        there = parts(own)
        assert "totp_factors" not in there
        assert "users.second_factor_since" not in there
        run(own, "DROP TABLE recovery_codes")
        upgrade(own)
        assert revision_at(own) == head()

    def test_back_it_leaves_the_revision_before(self, own):
        run(own, "DROP TABLE totp_factors")
        with pytest.raises(MigrationProblem) as caught:
            downgrade(own, FIRST)
        assert str(caught.value).endswith(f"The schema is whole, at {FACTORS}.")
        assert revision_at(own) == FACTORS
        assert {"factor_resets", "passkeys", "recovery_codes"} <= parts(own)
