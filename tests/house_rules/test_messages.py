"""Rules of the house about what is said to people: a text is a whole sentence that a translator gets, with
typed values, and only `app/kit/formats.py` writes days, amounts and numbers (issue 14, bar 3)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house_rules.message_texts import faults_of_texts, wrong_calls_in_template
from tests.house_rules.sources import tree_of

ROOT = Path(__file__).parent.parent.parent
APP = ROOT / "app"
ENGLISH = (
    *("cli/", "doctor/", "backups/", "db/", "demo/", "operations/", "workers/"),
    *("authoring/", "courses/domain/"),
    *("serving.py", "key_files.py", "settings", "academy_file.py", "kit/messages.py"),
)
"""The command line, its settings, the migrator and the problems that `preceptor content check` prints: they
stay English, for the people who run the academy and write its courses. The demo's content is invented."""
LAYERS = re.compile(r"(^|/)(domain|service|steps|errors|forms|policy|queries)(/|\w*\.py)")
SENTENCE = re.compile(r"[A-Z][a-z’']* [a-z].*|[A-Z]\w+ [A-Za-z]+ .*[.!?]")
HEADERS = ('Bearer realm="preceptor"',)
"""Values of HTTP headers, which programs read."""
SAYING = ("msg", "msgs", "label")
LOGGING = ("debug", "info", "warning", "error", "exception", "getLogger", "compile", "text")
FORMATS = "kit/formats.py"


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        yield str(path.relative_to(APP)), tree_of(path)


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def wrong_calls(tree: ast.Module) -> Iterator[str]:
    """Yield the calls of `msg` and `msgs` whose texts are no literals or do not fit their values."""
    for node in ast.walk(tree):
        name = called(node)
        if name not in ("msg", "msgs") or not isinstance(node, ast.Call):
            continue
        texts = node.args[: 1 if name == "msg" else 2]
        literals = [text.value for text in texts if isinstance(text, ast.Constant)]
        if len(literals) < len(texts) or not texts:
            yield f"{node.lineno}: the text of {name} is no literal"
        elif all(keyword.arg for keyword in node.keywords):
            values = {str(keyword.arg) for keyword in node.keywords}
            for fault in faults_of_texts(name, literals, values):
                yield f"{node.lineno}: {fault}"


def days_by_hand(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that write a moment: `strftime`, or an f-string with a date in its format."""
    for node in ast.walk(tree):
        if called(node) == "strftime":
            yield node.lineno  # type: ignore[attr-defined] # a call has a line
        if isinstance(node, ast.FormattedValue) and "%" in ast.unparse(node.format_spec or node):
            yield node.lineno


def english_sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the sentences that are no message, docstring, log event or pattern."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if called(node) in (*SAYING, *LOGGING):
            silent.update(id(inner) for inner in ast.walk(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not is_text or id(node) in silent or node.value in HEADERS:
            continue
        if SENTENCE.fullmatch(node.value):
            yield node.lineno, node.value


def test_a_text_is_a_literal_and_fits_its_values():
    """Translators get only what stands in the call; a value without a placeholder is a wrong sentence."""
    wrong = [f"{path}:{fault}" for path, tree in sources() for fault in wrong_calls(tree)]
    assert [fault for fault in wrong if not fault.startswith(ALLOWED_CALLS)] == []


def test_a_text_of_a_template_fits_its_values():
    """A page would break when it is asked for, in the one branch that has the message."""
    templates = ROOT / "templates"
    wrong = [
        f"{path.relative_to(ROOT)}:{fault}"
        for ending in ("html", "txt")
        for path in sorted(templates.rglob(f"*.{ending}"))
        for fault in wrong_calls_in_template(path.read_text())
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("template", "faults"),
    [
        ('{{ msg("It begins on {when}.", at=when) }}', 1),
        ('{{ msg("It begins on {when:colour}.", when=when) }}', 1),
        ('{{ msg("It begins on {when", when=when) }}', 1),
        ("{{ msg(title) }}", 1),
        ('{{ msgs("{n} place", "", free) }}', 1),
        ('{{ msgs("{n} place", free) }}', 1),
        ('{{ msgs("{n} place", "{n} places of {all}", free) }}', 1),
        ("{% trans n=free %}{{ n }} place{% pluralize %}{% endtrans %}", 1),
        ("{% trans n=free %}{{ n }} place{% pluralize %}{{ n }} places{% endtrans %}", 0),
        ('{{ msgs("{n} place of {all:plain}", "Places", free, all=all) }}', 1),
        ('{{ msgs("A place", "{n} places", free) }}', 0),
        ('{{ msg("It begins on {when:date}.", when=when) }}', 0),
    ],
)
def test_each_message_of_a_template_that_does_not_fit_is_seen(template, faults):
    assert len(list(wrong_calls_in_template(template))) == faults


ALLOWED_CALLS = ("kit/messages.py", "web/field_messages.py", "web/forms.py", "web/logs.py")
"""The makers of messages themselves; labels of forms, which `label` marks for translators; and a record of
the log, which has a field `msg`."""


def test_days_are_written_at_the_edge_only():
    assert [
        f"{path}:{line}"
        for path, tree in sources()
        if path != FORMATS and not path.startswith(ENGLISH)
        for line in days_by_hand(tree)
    ] == []


def test_rules_hold_messages_and_no_sentences():
    """A sentence in a rule is read in English by everybody."""
    assert [
        f"{path}:{line}: {text}"
        for path, tree in sources()
        if LAYERS.search(path) and not path.startswith(ENGLISH)
        for line, text in english_sentences(tree)
    ] == []


SCRIPT_SENTENCE = re.compile(
    r"""(?<![\w/])(["'`])([A-Z][a-z’]+ [a-z][^"'`]*|[A-Z][^"'`]* [^"'`]*[.!?])\1"""
)


def test_scripts_hold_no_sentence():
    """The words of a script come from the page, in its language."""
    said = {}
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        code = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", path.read_text(), flags=re.DOTALL)
        if sentences := [match.group(2) for match in SCRIPT_SENTENCE.finditer(code)]:
            said[path.name] = sentences
    assert said == {}


def test_each_rule_sees_what_it_forbids():
    """The negative control: each rule would also be kept if it looked for nothing."""
    bad = '''
def f(x, when):
    """A docstring is no sentence."""
    log.info("Nothing to say here.")
    msg("It begins on {when}.", at=when)
    msg(f"It begins {x}.")
    msgs("{n} place", "{n} places of {all}", 2)
    msgs("{n} place", "", 2)
    msg("It begins on {when:colour}.", when=when)
    when.strftime("%d")
    f"{when:%d %B}"
    raise Refused("This place is taken.")
'''
    tree = ast.parse(bad)
    assert len(list(wrong_calls(tree))) == 5
    assert len(list(days_by_hand(tree))) == 2
    assert [text for _, text in english_sentences(tree)] == ["This place is taken."]
    assert SCRIPT_SENTENCE.search('show("Your answer is saved.")')
    assert not SCRIPT_SENTENCE.search('query("main button")')
