"""What the API's document promises, held against every answer that a test gets."""

import re
from typing import Any

import jsonschema_rs
from fastapi import FastAPI
from httpx2 import Response

from app.web.openapi import document_of

_checks: dict[int, "DeclaredAnswers"] = {}


class DeclaredAnswers:
    """The answers that the document of one application declares."""

    def __init__(self, app: FastAPI) -> None:
        self.document = document_of(app, app.state.policies)
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations)
            for path, operations in self.document["paths"].items()
        ]
        self._validators: dict[str, Any] = {}

    def problem_with(self, method: str, path: str, response: Response) -> str | None:
        """Say what an answer has that the document does not declare, or None."""
        operation = self._operation(method, path)
        if operation is None:
            return None
        name = f"{operation['operationId']} {response.status_code}"
        declared = operation["responses"].get(str(response.status_code))
        if declared is None:
            return f"{name} is not declared."
        content = declared.get("content", {})
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if not content and not response.content:
            return None
        if media_type not in content:
            return f"{name} is sent as {media_type!r}, declared {sorted(content)}."
        for header in declared.get("headers", {}):
            if header.lower() not in response.headers:
                return f"{name} has no header {header}."
        wrong = list(self._validator(name, content[media_type]).iter_errors(response.json()))
        return f"{name}: {wrong[0].message}" if wrong else None

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                operation: dict[str, Any] = operations[method.lower()]
                return operation
        return None

    def _validator(self, name: str, content: dict[str, Any]) -> Any:
        if name not in self._validators:
            schema = {**content["schema"], "components": self.document["components"]}
            self._validators[name] = jsonschema_rs.validator_for(schema)
        return self._validators[name]


def demand_declared(app: FastAPI, response: Response) -> None:
    """Fail when an answer of the API is not as its document says."""
    path = response.request.url.path
    if not path.startswith("/api/v1/"):
        return
    if id(app) not in _checks:
        _checks[id(app)] = DeclaredAnswers(app)
    problem = _checks[id(app)].problem_with(response.request.method, path, response)
    assert problem is None, problem
