"""The academy of an installation: which file says who it is, and what happens to one that cannot be used."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli
from app.academy_file import SHIPPED, load_academy, path_of_academy
from app.doctor.examination import look_at_academy
from app.doctor.findings import Verdict
from app.kit.academy import AcademyFileProblem
from app.settings import Settings

NAMED = {
    "env": "test",
    "academy_name": "Mill Lane School",
    "time_zone": "Europe/Dublin",
    "mail_from": "Mill Lane <office@mill.example>",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "academy.yaml"
    path.write_text("format: 1\ncity: Cork\ncurrency: EUR\n")
    return path


def test_settings_and_file_make_one_value(file: Path) -> None:
    academy = load_academy(Settings(academy_file=file, **NAMED))
    assert (academy.name, academy.zone, academy.mail) == (
        "Mill Lane School",
        "Europe/Dublin",
        "office@mill.example",
    )
    assert (academy.city, academy.currency.code) == ("Cork", "EUR")
    assert str(academy.time_words) == "Dublin time"


def test_without_the_setting_the_shipped_file_is_used() -> None:
    settings = Settings(**NAMED)
    assert path_of_academy(settings) == SHIPPED
    assert load_academy(settings).city == "London"


def test_without_any_file_the_words_are_neutral(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.academy_file.SHIPPED", tmp_path / "away.yaml")
    academy = load_academy(Settings(**NAMED))
    assert academy.city is None
    assert academy.name == "Mill Lane School"


def test_a_file_with_problems_is_refused_with_all_of_them(file: Path) -> None:
    file.write_text("format: 1\ncitty: Cork\ncurrency: pounds\n")
    with pytest.raises(AcademyFileProblem) as refused:
        load_academy(Settings(academy_file=file, **NAMED))
    first, *listed = str(refused.value).splitlines()
    assert first == "PRECEPTOR_ACADEMY_FILE: mend the file of the academy first:"
    assert listed[0].startswith(f"  {file}:2: `citty` is not known here. Did you mean `city`?")
    assert listed[1].startswith(f"  {file}:3: `pounds` is not a currency.")


def test_a_file_that_is_away_is_refused_with_an_example(tmp_path: Path) -> None:
    settings = Settings(academy_file=tmp_path / "away.yaml", **NAMED)
    words = f"PRECEPTOR_ACADEMY_FILE names a file that cannot be read: {tmp_path}/away.yaml "
    with pytest.raises(AcademyFileProblem) as refused:
        load_academy(settings)
    assert str(refused.value) == (
        f"{words}(No such file or directory). "
        "Example: PRECEPTOR_ACADEMY_FILE=/etc/preceptor/academy.yaml"
    )
    (finding,) = look_at_academy(settings)
    assert finding.verdict is Verdict.fault
    assert words in finding.line


def test_the_doctor_says_whose_words_visitors_see(file: Path) -> None:
    (finding,) = look_at_academy(Settings(academy_file=file, **NAMED))
    assert (
        finding.line == f"ok        academy: Mill Lane School, EUR; its words are those of {file}"
    )


@pytest.mark.parametrize(("line", "code"), [("city: Cork", 0), ("citty: Cork", 1)])
def test_content_check_reads_the_file(file: Path, line: str, code: int) -> None:
    file.write_text(f"format: 1\n{line}\n")
    checked = CliRunner().invoke(cli.app, ["content", "check", str(file)])
    assert checked.exit_code == code
    assert f"{file}: {code} problem" in checked.output
    assert (f"{file}:2: `citty` is not known here." in checked.output) == bool(code)
