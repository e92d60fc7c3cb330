"""Finds texts that are joined of pieces, in templates and in Python; `test_joined_texts.py` refuses them.

A language that puts words in another order, or has other plurals, cannot translate such a text.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from jinja2 import Environment, nodes

SAYING: Final = ("_", "gettext", "label", "msg", "msgs", "ngettext", "sentences")
"""Functions that return a text or a message."""
WRITING: Final = ("date", "datetime", "duration", "money", "number", "time", "words", "zone_words")
"""Filters that write a value in the language of the page."""
CASES: Final = ("capitalize", "casefold", "lower", "title", "upper")
"""Filters and methods that change letters. German nouns keep their capital, and Turkish has two letters i."""
SAID: Final = ("detail", "message", "remedy", "sentence", "words")
"""Names of attributes that hold a message."""
PIECE: Final = re.compile(r"[^\W\d_]\s|\s[^\W\d_]|[,:;.!?]\s|\s[–(]|^[,:;!?%]$|^\s+$")
"""A piece of a text has words, or a sign of punctuation and a space. A piece of an address or of the name of
a field has neither."""
LETTERS: Final = re.compile(r"[^\W\d_]{2}")
WORD: Final = re.compile(r"[^\W\d_]+")
SPACED: Final = re.compile(r"[^\W\d_]\s|\s[^\W\d_]")
TRANS: Final = re.compile(
    r"{%-?\s*trans\b(?P<values>.*?)-?%}(?P<text>.*?){%-?\s*endtrans\s*-?%}", re.DOTALL
)
PLACEHOLDER: Final = re.compile(r"{{-?\s*(\w+)\s*-?}}")


def joined_in_template(source: str) -> list[str]:
    """Return each place where a template joins a text with something, chooses words by whether a number is
    1, or has a sentence that is not whole or whose placeholders and values differ."""
    tree = _parsed(source)
    joined = [
        f"{node.lineno}: a text is joined with ~ or +"
        for node in tree.find_all((nodes.Concat, nodes.Add))
        if any(_is_text(part) for part in node.iter_child_nodes())
    ]
    chosen = [
        f"{node.lineno}: a number chooses words"
        for node in tree.find_all((nodes.If, nodes.CondExpr))
        if _asks_for_1(node.test) and any(_has_words(part) for part in node.iter_child_nodes())
    ]
    filters = [
        f"{node.lineno}: the filter plural"
        for node in tree.find_all(nodes.Filter)
        if node.name == "plural"
    ]
    whole = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source)
    changed = [
        f"{node.lineno}: the filter {node.name} changes the letters of a language"
        for node in whole.find_all(nodes.Filter)
        if node.name in CASES
    ]
    lists = [
        f"{node.lineno}: texts are joined with join"
        for node in tree.find_all(nodes.Filter)
        if node.name == "join" and any(map(_is_of_texts, node.find_all(nodes.Filter)))
    ]
    return [*joined, *chosen, *filters, *changed, *lists, *_wrong_sentences(source)]


def _is_of_texts(node: nodes.Filter) -> bool:
    """Return whether a filter is `map` of an attribute or a filter that returns a text."""
    named = [*node.args, *(keyword.value for keyword in node.kwargs)]
    names = {part.value for part in named if isinstance(part, nodes.Const)}
    return node.name == "map" and not names.isdisjoint((*SAID, *WRITING))


def _parsed(source: str) -> nodes.Template:
    """Return a template without its `trans` tags: their texts are whole."""
    rest = TRANS.sub(lambda match: "\n" * match.group().count("\n"), source)
    return Environment(autoescape=True).parse(rest)


def _is_text(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str) and bool(PIECE.search(node.value))
    if isinstance(node, nodes.CondExpr):
        return any(_is_text(part) for part in (node.expr1, node.expr2) if part is not None)
    if isinstance(node, nodes.Call):
        return isinstance(node.node, nodes.Name) and node.node.name in SAYING
    if isinstance(node, nodes.Getattr):
        return node.attr in SAID
    return isinstance(node, nodes.Filter) and node.name in WRITING


def _asks_for_1(node: nodes.Node) -> bool:
    if not isinstance(node, nodes.Compare) or node.ops[0].op not in ("eq", "ne"):
        return False
    sides = (node.expr, node.ops[0].expr)
    return any(isinstance(side, nodes.Const) and side.value == 1 for side in sides)


def _has_words(node: nodes.Node) -> bool:
    if isinstance(node, nodes.TemplateData):
        return bool(LETTERS.search(re.sub(r"<[^>]*>?", "", node.data)))
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str) and bool(WORD.search(node.value))
    return any(_has_words(part) for part in node.iter_child_nodes())


def _wrong_sentences(source: str) -> Iterator[str]:
    """Yield the sentences of `trans` whose placeholders and values differ, and those that continue another.
    Jinja would take a value that is not given from the page, and not say that a value is not used."""
    for match in TRANS.finditer(source):
        if match["text"].lstrip().startswith((",", ".", ";", ":")):
            line = source.count("\n", 0, match.start()) + 1
            yield f"{line}: trans begins in the middle of a sentence"
        names = set(PLACEHOLDER.findall(match["text"]))
        if wrong := names ^ _values_of(match["values"]):
            line = source.count("\n", 0, match.start()) + 1
            yield f"{line}: trans has other placeholders than values: {', '.join(sorted(wrong))}"


def _values_of(values: str) -> set[str]:
    """Return the names of the values of a `trans` tag."""
    call = next(Environment(autoescape=True).parse(f"{{{{ f({values}) }}}}").find_all(nodes.Call))
    return {keyword.key for keyword in call.kwargs}


def joined_in_python(tree: ast.Module) -> list[str]:
    """Return each place where a module joins the words of a message with something, or chooses words by
    whether a number is 1."""
    return [
        f"{getattr(node, 'lineno', 0)}: {why}"
        for node in ast.walk(tree)
        if (why := _why_joined(node))
    ]


def _why_joined(node: ast.AST) -> str | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        sides = (node.left, node.right)
        return "a message is joined with +" if any(map(_is_said, sides)) else None
    if isinstance(node, ast.JoinedStr):
        values = (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        return "a message stands in an f-string" if any(map(_is_said, values)) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in CASES and _is_said(node.func.value):
            return f"{node.func.attr} changes the letters of a language"
        if node.func.attr == "join" and any(_is_said(part) for part in _parts_of(node)):
            return "messages are joined with join"
    if isinstance(node, ast.IfExp) and _asks_python_for_1(node.test):
        branches = (node.body, node.orelse)
        return "a number chooses words" if any(map(_is_word, branches)) else None
    return None


def _parts_of(join: ast.Call) -> Iterator[ast.AST]:
    """Yield what a call of `join` joins in one line: the parts of a list, or what a comprehension makes."""
    between = join.func.value if isinstance(join.func, ast.Attribute) else None
    if isinstance(between, ast.Constant) and between.value == "\n":
        return
    for argument in join.args:
        if isinstance(argument, ast.List | ast.Tuple):
            yield from argument.elts
        elif isinstance(argument, ast.GeneratorExp | ast.ListComp):
            yield argument.elt


def _is_said(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name in (*SAYING, "of") or (name == "str" and any(map(_is_said, node.args)))
    return isinstance(node, ast.Attribute) and node.attr in SAID


def _asks_python_for_1(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = (node.left, node.comparators[0])
    return any(isinstance(side, ast.Constant) and side.value == 1 for side in sides)


def _is_word(node: ast.AST) -> bool:
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    is_any = any(
        isinstance(text, str) and (WORD.fullmatch(text) or SPACED.search(text)) for text in texts
    )
    return is_any or any(_is_said(part) for part in ast.walk(node))
