"""Rules of the house: no template has an English word outside the texts for translators (issue 14, bar 1)."""

from pathlib import Path

import pytest

from tests.house_rules.untranslated import untranslated

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
FOR_BUILDERS = ("kit.html",)
"""Shows builders every part of the interface; people never see it."""


def test_every_word_of_a_template_is_for_translators():
    paths = [path for ending in ("html", "txt") for path in sorted(TEMPLATES.rglob(f"*.{ending}"))]
    words = {
        name: texts
        for path in paths
        if (name := str(path.relative_to(TEMPLATES))) not in FOR_BUILDERS
        and (texts := untranslated(path.read_text()))
    }
    assert words == {}


@pytest.mark.parametrize(
    ("template", "faults"),
    [
        ("<p>Your place is booked.</p>", 1),
        ("<p>{% trans %}Your profile names you{% endtrans %} {{ name }} now.</p>", 1),
        ('<nav aria-label="Sections">{{ sections() }}</nav>', 1),
        ('{{ banner("Your place is booked.") }}', 1),
        ("{% if a > b %}Booked{% endif %}", 1),
        ("<p>{% trans %}Your place is booked.{% endtrans %}</p>", 0),
        ('<p class="muted small" id="place">{{ _("Your place") }} · {{ n }}</p>', 0),
        ('{{ banner(msg("Your place on {day} is booked.", day=day)) }}', 0),
        ("{#- page: the place of a person -#}<hr>", 0),
        ("{% block frame %}frame frame-focus{% endblock %}", 0),
        ("[{% trans %}Sign in{% endtrans %}]({{ base_url }}/sign-in?next=/me)", 0),
        ("[Sign in here]({{ base_url }}/sign-in)", 1),
        ("<p><code>preceptor keys</code></p>", 0),
    ],
)
def test_words_outside_are_seen(template, faults):
    assert len(untranslated(template)) == faults
