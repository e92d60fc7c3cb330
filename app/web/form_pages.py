"""Showing a page with a form: fresh, or again after a refusal with what was typed."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from app.kit.errors import Refused, TooMany
from app.web.errors import status_of
from app.web.forms import Submission
from app.web.visit import VisitContext


def form_page(
    visit: VisitContext,
    template: str,
    submitted: Submission | None = None,
    refused: Refused | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    **others: Any,
) -> Response:
    """Render a form page. Fresh: `values` are what its fields show. Refused: the status of the
    refusal, its messages as `errors`, and as `values` what was typed."""
    if refused is None or submitted is None:
        return visit.render(template, errors={}, values=dict(values or {}), **others)
    response = visit.render(
        template,
        status=status_of(refused),
        errors=refused.fields or {"form": refused.detail},
        values=submitted.values,
        **others,
    )
    if isinstance(refused, TooMany):
        response.headers["retry-after"] = str(refused.retry_after)
    return response
