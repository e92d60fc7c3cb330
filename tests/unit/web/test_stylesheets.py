"""A stylesheet is served with the files that it imports in the places of their lines."""

import pytest

from app.web.stylesheets import parts_of, served_stylesheet


@pytest.fixture
def sheet(tmp_path):
    (tmp_path / "types").mkdir()
    for name, text in (
        ("app.css", '@import "first.css";\n@import "types/";\n.last { order: 4; }\n'),
        ("first.css", ".first { order: 1; }\n"),
        ("types/b.css", ".b { order: 3; }\n"),
        ("types/a.css", ".a { order: 2; }\n"),
        ("types/notes.txt", "no style\n"),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path / "app.css"


def test_a_folder_stands_for_its_files_in_the_order_of_their_names(sheet):
    names = [part.relative_to(sheet.parent).as_posix() for part in parts_of(sheet)]
    assert names == ["first.css", "types/a.css", "types/b.css"]
    served = served_stylesheet(sheet).decode()
    assert [line.split()[0] for line in served.split("\n") if line] == [
        ".first",
        ".a",
        ".b",
        ".last",
    ]
    assert "no style" not in served


def test_a_file_that_is_missing_is_an_error(sheet):
    sheet.write_text('@import "other.css";\n')
    with pytest.raises(FileNotFoundError):
        served_stylesheet(sheet)
