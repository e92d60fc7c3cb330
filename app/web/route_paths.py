"""Maps names of routes to paths. Each is looked up only once, because a page may need a hundred."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

MOST_PATHS = 2_000


def addresses_of(app: FastAPI) -> Callable[..., str]:
    """Return the function `url_for(name, **parameters)`, which raises KeyError for an unknown name
    or parameter."""
    formats: dict[str, str] = {}

    @lru_cache(MOST_PATHS, typed=True)
    def url_for(name: str, **parameters: object) -> str:
        if not formats:
            formats.update(_formats(app))
        values = {key: quote(str(value), safe="") for key, value in parameters.items()}
        path = formats[name]
        for key in values:
            if f"{{{key}}}" not in path:
                raise KeyError(f"{name} has no parameter {key}")
        return path.format_map(values)

    return url_for


def _formats(app: FastAPI) -> dict[str, str]:
    paths: dict[str, str] = {}
    for context in iter_route_contexts(app.routes):
        name, path = getattr(context, "name", None), getattr(context, "path_format", None)
        if name and path:
            paths.setdefault(name, path)
    return paths
