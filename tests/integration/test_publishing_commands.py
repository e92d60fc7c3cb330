"""`preceptor content publish` and `export`: what is said, what is written, and what is left alone."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import Result
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from app import cli
from app.cli import running
from app.courses import queries
from app.courses.models import CourseHead, Media, Revision
from app.db.database import Database
from app.kit import paths
from app.settings import Settings
from tests.make.courses import SMALL_COURSE
from tests.make.fingerprint import fingerprint
from tests.make.learning import a_learner_place
from tests.make.people import a_user

SHIPPED = Path(__file__).parents[2] / "courses" / "mesotherapy"
RIGHT_ANSWER = ("quizzes/skin-quiz.yaml", "answer: false", "answer: true")
OTHER_OPTION = ("quizzes/skin-quiz.yaml", "      - key: dermis\n", "      - key: middle\n")
CERTIFICATE = ("course.yaml", "certificate:\n  title: ", "certificate:\n  title: New ")


@pytest.fixture
def preceptor(sqlite_database: Database, clock_file, monkeypatch):
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    monkeypatch.setenv("PRECEPTOR_TEST_CLOCK", str(clock_file))
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", sqlite_database.url.render_as_string())

    def run(*words: object) -> Result:
        result = CliRunner().invoke(cli.app, [str(word) for word in words])
        if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
            result.refusal = str(result.exception)
        return result

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    return copytree(SMALL_COURSE, tmp_path / "small-course")


def edit(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    assert old in file.read_text(), old
    file.write_text(file.read_text().replace(old, new, 1))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def somebody_learns(database: Database) -> None:
    with database.write() as db:
        published = queries.current(db, "small-course")
        a_learner_place(db, a_user(db, "Lena Learner"), published)


def numbers(database: Database) -> tuple[int, list[int]]:
    """The number of the current revision, and those of all."""
    with database.read() as db:
        current = db.scalar(
            select(Revision.number).join(CourseHead, CourseHead.current_revision_id == Revision.id)
        )
        return current, list(db.scalars(select(Revision.number).order_by(Revision.number)))


def test_publishing_says_what_it_changes(preceptor, folder):
    """A4: a reversed right answer, another order of modules, another certificate."""
    first = preceptor("content", "publish", folder)
    assert (first.exit_code, first.stdout) == (0, "small-course: published as revision 1.\n")
    edit(folder, *RIGHT_ANSWER)
    edit(folder, *CERTIFICATE)
    edit(folder, "course.yaml", "  - skin\n  - needles\n", "  - needles\n  - skin\n")
    edit(folder, "modules/needles.yaml", "requires:\n  - skin\n", "requires: []\n")
    said = preceptor("content", "publish", folder)
    assert said.exit_code == 0, said.stdout + said.stderr
    head, *lines = said.stdout.splitlines()
    assert head == "small-course: published as revision 2."
    assert (
        "  quiz skin-quiz, question epidermis-bleeds: The right answer changed. Attempts that were marked "
        "keep their marks. If the old answer was wrong, tell the people who were marked by it."
    ) in lines
    assert "  course: Its modules or their order changed." in lines
    assert (
        "  course: What the certificate says changed; certificates that were issued stay as they are."
        in lines
    )


def test_publishing_answers_in_json(preceptor, folder):
    preceptor("content", "publish", folder)
    edit(folder, *RIGHT_ANSWER)
    [answer] = json.loads(preceptor("content", "publish", "--json", folder).stdout)
    assert (answer["course"], answer["outcome"], answer["revision"]) == (
        "small-course",
        "published",
        2,
    )
    assert answer["digest"].startswith("v2:")
    assert answer["dry_run"] is False
    [change] = answer["changes"]
    assert (change["kind"], change["where"]) == (
        "changed",
        "quiz skin-quiz, question epidermis-bleeds",
    )
    assert change["sentence"].startswith("The right answer changed.")
    assert change["remedy"]


def test_a_dry_run_says_the_same_and_changes_nothing(preceptor, folder, sqlite_database):
    preceptor("content", "publish", folder)
    edit(folder, *RIGHT_ANSWER)
    (folder / "errata.yaml").write_text(
        "outer-thickness:\n  lesson: skin-layers\n  was: at most places it is about 0.1 mm thick\n"
        "  now: at most places it is thin\n  why: It differs.\n"
    )
    edit(
        folder,
        "lessons/skin-layers.md",
        "at most places it is about 0.1 mm thick",
        "at most places it is thin",
    )
    before = fingerprint(sqlite_database)
    dry = preceptor("content", "publish", "--dry-run", folder)
    assert fingerprint(sqlite_database) == before
    assert dry.exit_code == 0
    first, *rest = dry.stdout.splitlines()
    assert first == "A dry run: nothing was changed. Publishing would say:"
    in_json = json.loads(preceptor("content", "publish", "--dry-run", "--json", folder).stdout)
    assert fingerprint(sqlite_database) == before
    assert in_json[0]["dry_run"] is True
    done = preceptor("content", "publish", folder)
    assert done.stdout.splitlines() == rest
    assert "erratum outer-thickness is published; it corrects 1 revision." in done.stdout
    assert fingerprint(sqlite_database) != before


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--json"], ["--json", "--dry-run"]])
def test_a_refusal_names_the_evidence_and_changes_nothing(
    preceptor, folder, sqlite_database, options
):
    preceptor("content", "publish", folder)
    somebody_learns(sqlite_database)
    edit(folder, *OTHER_OPTION)
    before = fingerprint(sqlite_database)
    refused = preceptor("content", "publish", *options, folder)
    assert refused.exit_code == 1
    assert fingerprint(sqlite_database) == before
    words = "An option that people may have chosen is gone: dermis."
    if "--json" in options:
        [answer] = json.loads(refused.stdout)
        assert (answer["outcome"], answer["reason"]) == ("refused", "corrupts-evidence")
        assert any(words in change["sentence"] for change in answer["changes"])
    else:
        said = refused.stdout if options else refused.stderr
        assert "results that exist would change their meaning" in said
        assert (
            f"quiz skin-quiz, question bleeding-layer: {words} Give the question a new key" in said
        )


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--json"]])
def test_problems_of_one_folder_keep_all_from_being_published(
    preceptor, folder, tmp_path, sqlite_database, options
):
    other = copytree(SMALL_COURSE, tmp_path / "other-course")
    edit(folder, "course.yaml", "modules:", "hours: many\nmodules:")
    refused = preceptor("content", "publish", *options, other, folder)
    assert refused.exit_code == 1
    assert "hours" in refused.stdout + refused.stderr
    with sqlite_database.read() as db:
        assert db.scalar(select(func.count()).select_from(Revision)) == 0


def test_wrong_words_of_the_command_end_with_2(preceptor, tmp_path):
    assert preceptor("content", "publish", tmp_path / "none").exit_code == 2
    assert preceptor("content", "publish", "--dry-runs", tmp_path).exit_code == 2
    assert preceptor("content", "export", "small-course").exit_code == 2
    for number in ("x", "0", "9" * 30):
        assert preceptor("content", "export", "a", tmp_path, "--revision", number).exit_code == 2


def test_publishing_older_content_says_that_it_restores(preceptor, folder, sqlite_database):
    preceptor("content", "publish", folder)
    edit(folder, *CERTIFICATE)
    preceptor("content", "publish", folder)
    edit(folder, CERTIFICATE[0], CERTIFICATE[2], CERTIFICATE[1])
    back = preceptor("content", "publish", folder)
    assert back.stdout.splitlines()[0] == "small-course: revision 1 is current again."
    assert numbers(sqlite_database) == (1, [1, 2])


def test_what_is_exported_is_what_was_published(preceptor, folder, tmp_path, sqlite_database):
    """Byte for byte, with errata, drawings, other ends of lines and a byte order mark."""
    (folder / "errata.yaml").write_bytes(b"{}\n")
    module = folder / "modules" / "skin.yaml"
    module.write_bytes(b"\xef\xbb\xbf" + module.read_bytes().replace(b"\n", b"\r\n"))
    assert preceptor("content", "publish", folder).exit_code == 0
    written = tmp_path / "out" / "small-course"
    said = preceptor("content", "export", "small-course", written)
    assert said.exit_code == 0, said.output
    assert said.stdout == f"small-course: revision 1 is in {written}, {len(tree(folder))} files.\n"
    assert said.stderr == ""
    assert tree(written) == tree(folder)
    assert preceptor("content", "check", written).exit_code == 0
    before = fingerprint(sqlite_database)
    again = preceptor("content", "publish", written)
    assert again.stdout == "small-course: nothing changed; revision 1 stays current.\n"
    assert fingerprint(sqlite_database) == before


def test_the_shipped_course_comes_back_and_publishes_nothing_new(
    preceptor, tmp_path, sqlite_database
):
    assert preceptor("content", "publish", SHIPPED).exit_code == 0
    written = tmp_path / SHIPPED.name
    assert preceptor("content", "export", SHIPPED.name, written).exit_code == 0
    assert tree(written) == tree(SHIPPED)
    assert preceptor("content", "check", written).exit_code == 0
    before = fingerprint(sqlite_database)
    again = preceptor("content", "publish", "--json", written)
    assert [answer["outcome"] for answer in json.loads(again.stdout)] == ["unchanged"]
    assert fingerprint(sqlite_database) == before


def test_an_older_revision_is_exported_by_its_number(preceptor, folder, tmp_path):
    preceptor("content", "publish", folder)
    old = tree(folder)
    edit(folder, *CERTIFICATE)
    preceptor("content", "publish", folder)
    said = preceptor(
        "content", "export", "small-course", tmp_path / "old", "--revision", "1", "--json"
    )
    assert json.loads(said.stdout) == {
        "course": "small-course",
        "path": str(tmp_path / "old"),
        "revision": 1,
        "files": sorted(old),
    }
    assert tree(tmp_path / "old") == old
    named = preceptor("content", "export", "small-course", tmp_path / "new")
    assert "call it small-course before you check or publish it" in named.stderr
    assert tree(tmp_path / "new") == tree(folder)


def test_an_export_that_cannot_be_made_says_why_and_writes_nothing(
    preceptor, folder, tmp_path, sqlite_database
):
    none = preceptor("content", "export", "small-course", tmp_path / "out")
    assert none.refusal == "There is no course small-course. No course is published."
    preceptor("content", "publish", folder)
    cases = {
        ("other",): "There is no course other. Published are: small-course.",
        ("small-course", "--revision", "7"): "small-course has no revision 7. It has these: 1.",
    }
    for (course, *options), words in cases.items():
        refused = preceptor("content", "export", course, tmp_path / "out", *options)
        assert (refused.exit_code, refused.refusal) == (1, words)
    full = preceptor("content", "export", "small-course", folder)
    assert (full.exit_code, "is not empty" in full.refusal) == (1, True)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    link = preceptor("content", "export", "small-course", tmp_path / "link")
    assert (link.exit_code, "is a link that leads nowhere" in link.refusal) == (1, True)
    before = tree(folder)
    assert (
        "is a file"
        in preceptor("content", "export", "small-course", folder / "course.yaml").refusal
    )
    assert tree(folder) == before
    with sqlite_database.write() as db:
        db.execute(update(Revision).values(source=None, source_digest=None, format=1))
    early = preceptor("content", "export", "small-course", tmp_path / "out")
    assert "was published before its files were stored. Publish the folder" in early.refusal
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["zip", "digest", "media"])
def test_damaged_files_are_not_exported(preceptor, folder, tmp_path, sqlite_database, damage):
    preceptor("content", "publish", folder)
    with sqlite_database.write() as db:
        if damage == "zip":
            db.execute(update(Revision).values(source=b"no zip"))
        elif damage == "digest":
            db.execute(update(Revision).values(source_digest="v2:other"))
        else:
            first = select(func.min(Media.digest)).scalar_subquery()
            db.execute(update(Media).where(Media.digest == first).values(digest="0" * 64))
    refused = preceptor("content", "export", "small-course", tmp_path / "out")
    assert "The files of revision 1 of small-course are damaged." in refused.refusal
    assert not (tmp_path / "out").exists()


class TestPreparing:
    """`make run` and `preceptor demo` publish what lies in courses/, and never move backwards."""

    @pytest.fixture
    def prepare(self, preceptor, folder, monkeypatch, capsys):
        monkeypatch.setattr(paths, "COURSES", folder.parent)

        def prepare() -> str:
            running._prepare(Settings.from_environment())
            return capsys.readouterr().out

        return prepare

    def test_a_start_publishes_what_is_new_in_its_own_folder(
        self, prepare, folder, sqlite_database
    ):
        assert prepare() == ""
        edit(folder, *CERTIFICATE)
        assert prepare() == ""
        assert numbers(sqlite_database) == (2, [1, 2])
        before = fingerprint(sqlite_database)
        assert prepare() == ""
        assert fingerprint(sqlite_database) == before

    def test_it_does_not_go_back_to_an_older_revision(self, prepare, folder, sqlite_database):
        prepare()
        edit(folder, *CERTIFICATE)
        prepare()
        edit(folder, CERTIFICATE[0], CERTIFICATE[2], CERTIFICATE[1])
        before = fingerprint(sqlite_database)
        assert prepare().startswith(
            "small-course: not published. The folder holds revision 1, and revision 2 is current."
        )
        assert fingerprint(sqlite_database) == before

    def test_it_leaves_alone_what_a_command_published_from_elsewhere(
        self, prepare, preceptor, folder, tmp_path, sqlite_database
    ):
        prepare()
        elsewhere = copytree(folder, tmp_path / "elsewhere" / "small-course")
        edit(elsewhere, *CERTIFICATE)
        assert preceptor("content", "publish", elsewhere).exit_code == 0
        edit(folder, "course.yaml", "Name the layers", "Say the layers")
        before = fingerprint(sqlite_database)
        assert (
            "small-course: not published. Revision 2, which is current, was published by a command, and the "
            "folder differs from it."
        ) in prepare()
        assert fingerprint(sqlite_database) == before
        assert preceptor("content", "publish", folder).stdout.splitlines()[0] == (
            "small-course: published as revision 3."
        )

    def test_a_course_of_before_the_upgrade_goes_forward_but_not_back(
        self, prepare, folder, sqlite_database
    ):
        """Nobody noted then what made a revision current."""
        prepare()
        edit(folder, *CERTIFICATE)
        with sqlite_database.write() as db:
            db.execute(update(CourseHead).values(publisher=None))
        assert prepare() == ""
        with sqlite_database.write() as db:
            db.execute(update(CourseHead).values(publisher=None))
        assert numbers(sqlite_database) == (2, [1, 2])
        edit(folder, CERTIFICATE[0], CERTIFICATE[2], CERTIFICATE[1])
        assert "The folder holds revision 1" in prepare()
        edit(folder, *CERTIFICATE)
        assert prepare() == ""
        with sqlite_database.read() as db:
            assert db.scalar(select(CourseHead.publisher)) == "preparation"

    def test_it_leaves_alone_what_a_later_version_published(
        self, prepare, sqlite_database, folder, monkeypatch
    ):
        prepare()
        with sqlite_database.write() as db:
            db.execute(
                update(Revision).values(
                    format=3, written_by="9.1.0", digest="v3:a", source_digest="v3:a"
                )
            )
        for name in ("_revisions", "_unreadable"):
            monkeypatch.setattr(queries, name, type(queries._revisions)(64))
        before = fingerprint(sqlite_database)
        assert (
            "Not published: Revision 1 of the course small-course was published with Preceptor 9.1.0"
            in prepare()
        )
        assert fingerprint(sqlite_database) == before
