"""A process does not start with a kind of mail that has no template."""

import shutil

import pytest

import app.main
from app.kit.paths import TEMPLATES
from app.mail.kinds import WrongKinds


def test_an_application_without_a_template_of_a_mail_does_not_start(
    settings, tmp_path, monkeypatch
):
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    (folder / "mail" / "assessments" / "signed.txt").unlink()
    monkeypatch.setattr(app.main, "TEMPLATES", folder)
    with pytest.raises(WrongKinds, match=r"no templates/mail/assessments/signed\.txt"):
        app.main.create_app(settings)
