"""Builds the OpenAPI 3.1 document from the routes: security, every error, short unique names."""

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final

from fastapi import FastAPI

from app.web.access import Access
from app.web.csrf import SAFE_METHODS

Document = dict[str, Any]

MEDIA_TYPE: Final = "application/problem+json"
PROBLEM: Final[Document] = {
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457). `type` leads to a page that explains it.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "instance": {
            "type": "string",
            "description": "The id of the request, for questions to us.",
        },
        "reason": {"type": "string", "description": "A word for programs; its meaning stays."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ProblemField"},
        },
    },
}
PROBLEM_FIELD: Final[Document] = {
    "title": "ProblemField",
    "description": "One value that is refused: `pointer` names it in the body (RFC 6901), or `parameter` "
    "among the parameters of the path, the query or the header.",
    "type": "object",
    "required": ["message"],
    "properties": {
        "pointer": {"type": "string"},
        "parameter": {"type": "string"},
        "message": {"type": "string"},
    },
}
SCHEMES: Final[Document] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the API, made with `preceptor user token EMAIL`.",
    },
    "browser": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-sid",
        "description": "The sign-in of a browser (over plain http the cookie is `preceptor-sid`). Requests "
        "that change something also need `Sec-Fetch-Site` or `Origin` of this site.",
    },
}
WORDS: Final = {
    400: "The request cannot be understood.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The account may not do this.",
    404: "It does not exist, or this account may not know that it does.",
    408: "The body took longer than 10 seconds to arrive; nothing was changed.",
    409: "The state of things does not allow it; `reason` says why.",
    413: "The body is too large.",
    422: "A value cannot be used; `errors` names each place.",
    429: "A limit was reached.",
    500: "Something went wrong on our side; nothing was changed.",
    503: "We are busy for a moment; nothing was changed.",
}
LANGUAGE: Final[Document] = {
    "Content-Language": {
        "schema": {"type": "string"},
        "description": "The tag of the language in which `title`, `detail` and `errors` are.",
    },
}
HEADERS: Final[dict[int, Document]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {
        "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."},
    },
    503: {
        "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."},
    },
}
_LONG_NAME: Final = re.compile(r"app__(\w+?)__(?:\w+__)?([A-Za-z0-9]+)")


def document_of(app: FastAPI, policies: dict[tuple[str, str], Access]) -> Document:
    """Return the document. `policies` are the policies of the routes, which decide security and
    errors."""
    document = _with_short_names(deepcopy(app.openapi()))
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Problem": PROBLEM, "ProblemField": PROBLEM_FIELD}
    components["securitySchemes"] = SCHEMES
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            access = policies[method.upper(), path]
            operation["security"] = [{"token": []}, {"browser": []}] if access.signed_in else [{}]
            operation["responses"].pop("422", None)  # the framework's own error shape, which we
            # never send
            for status in _errors_of(method.upper(), path, operation, access):
                operation["responses"][str(status)] = _response(status)
    return document


def operation_id(route_name: str) -> str:
    """Return the id of an operation: `api.quizzes.start` becomes `quizzes_start`."""
    return route_name.removeprefix("api.").replace(".", "_")


def pointer_of(location: Iterable[int | str], body: Any) -> str:
    """Return the JSON pointer (RFC 6901) to a place in the body.

    Pydantic also names the alternatives that it tried. These parts do not exist in the body and are
    left out. A missing field is the last part and is named although it does not exist.
    """
    parts = list(location)
    steps: list[str] = []
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        if isinstance(body, dict) and isinstance(part, str) and (part in body or is_last):
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int) and part < len(body):
            body = body[part]
        else:
            continue
        steps.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)


def _errors_of(method: str, path: str, operation: Document, access: Access) -> list[int]:
    statuses = {400, 429, 500, 503}
    changes = method not in SAFE_METHODS
    if access.signed_in:
        statuses |= {401, 403}
    if changes:
        statuses |= {403, 404, 408, 409, 413, 422}
    if "{" in path:
        statuses.add(404)
    if operation.get("parameters") or "requestBody" in operation:
        statuses.add(422)
    if "{" in path or access.signed_in:
        statuses.add(409)
    return sorted(statuses)


def _response(status: int) -> Document:
    response: Document = {
        "description": WORDS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    response["headers"] = LANGUAGE | HEADERS.get(status, {})
    return response


def _with_short_names(document: Document) -> Document:
    """Add the feature to the names of schemas that share a class name: `EnrolmentsReason`,
    `PracticalsReason`."""
    schemas = document.get("components", {}).get("schemas", {})
    names = {
        long: f"{match.group(1).title()}{match.group(2)}"
        for long in schemas
        if (match := _LONG_NAME.fullmatch(long))
    }
    return _renamed(document, names)  # type: ignore[no-any-return] # a document stays a document


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    prefix = "#/components/schemas/"
    if isinstance(value, str) and value.startswith(prefix):
        name = value.removeprefix(prefix)
        return prefix + names.get(name, name)
    return value
