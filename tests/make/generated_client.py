"""A client that is generated from the API's document alone, as an integrator's tool would do it.

The generator knows nothing of the product. It refuses a document that a strict generator refuses: an id
that is no name, an id that stands twice, a reference that leads nowhere, an operation without a success.
"""

import keyword
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

Document = dict[str, Any]


class BadDocument(Exception):
    """Raised when no client can be generated."""


class Refusal(Exception):
    """A declared error; `problem` is its body."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('title')}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True)
class Operation:
    """One callable of the client. Arguments are those of the path, the query, the header, and `body`."""

    method: str
    path: str
    parameters: dict[str, dict[str, Any]]
    body: Document | None
    responses: Document


class GeneratedClient:
    """Operations by their ids: `client.quizzes_start(course="c", quiz="q")`."""

    def __init__(self, document: Document, send: Callable[..., Any]) -> None:
        self._document = document
        self._send = send
        self._operations = dict(_operations(document))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = self._operations[name]
        return lambda **arguments: self._call(operation, arguments)

    def _call(self, operation: Operation, arguments: dict[str, Any]) -> Any:
        body = arguments.pop("body", None)
        if operation.body is not None:
            self._demand(operation.body, body)
        path, query, headers = operation.path, {}, {}
        for name, value in arguments.items():
            match operation.parameters[name]["in"]:
                case "path":
                    path = path.replace(f"{{{name}}}", str(value))
                case "query":
                    query[name] = value
                case "header":
                    headers[name] = value
        response = self._send(operation.method, path, params=query, headers=headers, json=body)
        declared = operation.responses[str(response.status_code)]
        if not declared.get("content"):
            return None
        media_type = response.headers["content-type"].partition(";")[0]
        self._demand(declared["content"][media_type]["schema"], response.json())
        if response.status_code >= 400:
            raise Refusal(response.status_code, response.json())
        return response.json()

    def _demand(self, schema: Document, value: Any) -> None:
        whole = {**schema, "components": self._document["components"]}
        jsonschema_rs.validator_for(whole).validate(value)


def _operations(document: Document) -> Iterator[tuple[str, Operation]]:
    schemas = document["components"]["schemas"]
    for name in _references(document):
        if name not in schemas:
            raise BadDocument(f"There is no schema {name}.")
    seen: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = operation["operationId"]
            if not name.isidentifier() or keyword.iskeyword(name) or name in seen:
                raise BadDocument(f"{name} is no name for an operation, or stands twice.")
            seen.add(name)
            if not any(status.startswith("2") for status in operation["responses"]):
                raise BadDocument(f"{name} never succeeds.")
            yield name, _operation(path, method, operation)


def _operation(path: str, method: str, operation: Document) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        parameters={each["name"]: each for each in operation.get("parameters", [])},
        body=content["application/json"]["schema"] if content else None,
        responses=operation["responses"],
    )


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rpartition("/")[2]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
