"""Which routes call a certain function or class of ours, directly or by functions that they call."""

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts


def routes_that_call(app: FastAPI, wanted: Callable[..., Any]) -> set[str]:
    """Return the routes, as “GET /path”, whose endpoints name `wanted` somewhere in their own code or in
    functions of ours that this code names."""
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        if (endpoint := getattr(context, "endpoint", None)) is not None
        and _names(endpoint, wanted, set())
        for method in sorted(context.methods or ())
        if method != "HEAD"
    }


def _names(function: Any, wanted: Callable[..., Any], seen: set[int]) -> bool:
    function = inspect.unwrap(function)
    if not isinstance(function, FunctionType) or id(function) in seen:
        return False
    seen.add(id(function))
    if not function.__module__.startswith("app."):
        return False
    named = [function.__globals__.get(name) for name in _words(function.__code__)]
    return any(value is wanted for value in named) or any(
        _names(value, wanted, seen) for value in named
    )


def _words(code: CodeType) -> Iterator[str]:
    """Yield the global names of a piece of code and of the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _words(constant)
