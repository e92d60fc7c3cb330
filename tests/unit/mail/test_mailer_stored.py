"""Every mail that any version stored can be sent: golden documents stand for rows that wait."""

import pytest

from tests.make.golden import Golden, golden_documents
from tests.make.mails import read_mail

MAILS = [golden for golden in golden_documents() if golden.kind == "mails"]


@pytest.mark.parametrize("golden", MAILS, ids=lambda golden: golden.path.stem)
def test_it_can_be_sent(golden: Golden):
    mail = read_mail(golden.stored)
    assert mail["to"] == golden.stored["to"]
    assert mail["subject"]
    assert mail["text"][0].startswith("Hello")
    assert len(mail["invites"]) == len(golden.read["calendar"])
