"""The English words of everything that modules of a feature refuse, by the names in the code."""

import inspect
from collections.abc import Iterator
from enum import EnumMeta
from types import ModuleType

from app.kit.errors import Refusal, Refused

GATHERED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def words_of_refusals(*modules: ModuleType) -> dict[str, str]:
    """Return the words of the refusals that modules define: values, reasons that have one, and exceptions
    with their titles."""
    return {
        f"{module.__name__.removeprefix('app.')}.{name}": words
        for module in modules
        for name, words in _words_in(module)
    }


def _words_in(module: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in vars(module).items():
        if isinstance(value, Refusal):
            yield name, _written(value)
        elif not inspect.isclass(value) or value.__module__ != module.__name__:
            continue
        elif issubclass(value, Refused):
            yield name, _title_and_detail(value)
        elif isinstance(value, EnumMeta) and hasattr(value, "refusal"):
            for reason in value:
                yield reason.name, _written(reason.refusal)


def _written(refusal: Refusal) -> str:
    link = f" [{refusal.link.label}]({refusal.link.path})" if refusal.link else ""
    return f"{refusal.words}{link}"


def _title_and_detail(refused: type[Refused]) -> str:
    needs_values = any(
        parameter.default is parameter.empty and parameter.kind not in GATHERED
        for parameter in inspect.signature(refused).parameters.values()
    )
    return str(refused.title) if needs_values else f"{refused.title}: {refused().detail}"  # type: ignore[call-arg] # it needs none
