"""Every form with a password says whose it is (B21)."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
FORM = re.compile(r"form_start\(.*?form_end\(", re.DOTALL)
PLAIN_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
PASSWORD = re.compile(r"password_field\(|type=\"password\"")
ACCOUNT = re.compile(r"account_field\(|autocomplete=\"username\"")


def forms_with_a_password():
    for path in sorted(TEMPLATES.rglob("*.html")):
        if path.parent.name == "macros":
            continue
        text = path.read_text()
        for form in (*FORM.findall(text), *PLAIN_FORM.findall(text)):
            if PASSWORD.search(form):
                yield str(path.relative_to(TEMPLATES)), form


def test_a_form_with_a_password_carries_the_user_name():
    """Without it a password manager keeps the new password under no name, or changes that of another
    account on a shared device."""
    forms = list(forms_with_a_password())
    assert len(forms) >= 8
    assert [path for path, form in forms if not ACCOUNT.search(form)] == []
