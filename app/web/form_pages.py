"""Shows a page with a form: a fresh one, or again after a refusal with what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Response

from app.kit.errors import Refused, TooMany
from app.kit.messages import Message, Text, msg
from app.kit.versions import Stale
from app.web.errors import status_of
from app.web.forms import Submission
from app.web.request_context import RequestContext

FieldNames = Mapping[str, tuple[str, ...]]
Options = Mapping[str, Sequence[tuple[Text, ...]]]
COMPARE: Final = msg(
    "This was changed after you opened it, so nothing of yours is saved yet. "
    "Compare what is on record with what stands here, then save again."
)


def form_page(
    visit: RequestContext,
    template: str,
    submitted: Submission | None = None,
    refused: Refused | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    shown_in: FieldNames | None = None,
    options: Options | None = None,
    **others: Any,
) -> Response:
    """Render a form page. For a fresh form, `values` are the values of its fields. After a refusal,
    the page has its status and its messages as `errors`, and shows what was typed. For a stale
    form, `values` must be the record as it is now; `shown_in` and `options` are those of
    `compared`."""
    if refused is None or submitted is None:
        return visit.render(template, errors={}, values=dict(values or {}), **others)
    typed, errors = submitted.values, errors_of(refused)
    if isinstance(refused, Stale):
        typed, errors = compared(
            refused, typed, values or {}, shown_in=shown_in or {}, options=options or {}
        )
    response = visit.render(
        template, status=status_of(refused), errors=errors, values=typed, **others
    )
    if isinstance(refused, TooMany):
        response.headers["retry-after"] = str(refused.retry_after)
    return response


def errors_of(refused: Refused | None) -> dict[str, Text]:
    """Return a refusal's messages per field. A message without a field is about the whole form."""
    if refused is None:
        return {}
    return dict(refused.fields) or {"form": refused.detail}


def compared(
    stale: Stale,
    typed: Mapping[str, Any],
    recorded: Mapping[str, Any],
    *,
    shown_in: FieldNames,
    options: Options,
) -> tuple[dict[str, Any], dict[str, Text]]:
    """Return the values of a stale form, and a message for each field that was changed meanwhile.

    What the person typed stays; a field that they did not edit gets the recorded value. The form
    then has the new version, so that the person can save again, having seen both. `recorded` are
    the values of a fresh form. `shown_in` maps values of the record to form fields with other
    names; `options` has the labels of choices.
    """
    values: dict[str, Any] = {**typed, "version": recorded["version"]}
    errors: dict[str, Text] = {"form": COMPARE}
    shown = {changed: shown_in.get(changed, (changed,)) for changed in stale.changed}
    order = {name: index for index, name in enumerate(recorded)}
    for changed, names in sorted(shown.items(), key=lambda item: order.get(item[1][0], len(order))):
        for name in names:
            words = options.get(name, ())
            theirs, yours = (_in_words(side.get(name, ""), words) for side in (recorded, typed))
            if theirs == yours:
                continue
            if changed in stale.untouched:
                values[name] = recorded.get(name, "")
                errors[name] = msg(
                    "Changed in the meantime to {theirs}. This form has it now.", theirs=theirs
                )
            else:
                errors[name] = msg(
                    "Changed in the meantime to {theirs}. You have {yours}.",
                    theirs=theirs,
                    yours=yours,
                )
    return values, errors


def _in_words(value: object, options: Sequence[tuple[Text, ...]]) -> Message:
    words = {str(option[0]): option[1] for option in options}
    parts = value if isinstance(value, list | tuple) else [value]
    shown = [words.get(str(part), str(part)) for part in parts if str(part).strip()]
    if not shown:
        return msg("nothing")
    return msg("“{values:plain}”", values=tuple(sorted(shown, key=str)))
