"""Forms sent as a browser without scripts sends them, over HTTP."""

from collections.abc import Mapping
from urllib.parse import urljoin

from lxml import html as lxml_html
from playwright.sync_api import APIRequestContext, APIResponse


class NoSuchForm(Exception):
    """The page has no form that fits."""


def send_form(
    client: APIRequestContext, path: str, action_part: str, values: Mapping[str, str]
) -> str:
    """Send the first POST form of a page whose action holds `action_part`, with its own hidden
    fields and these values; return the path it leads to, or raise NoSuchForm."""
    page = client.get(path)
    tree = lxml_html.fromstring(page.text())
    for form in tree.iter("form"):
        if form.get("method", "get").lower() == "post" and action_part in form.get("action", ""):
            fields = {
                field.get("name"): field.get("value") or ""
                for field in form.iter("input")
                if field.get("type") == "hidden" and field.get("name")
            }
            target = urljoin(page.url, form.get("action"))
            return _led_to(
                client.post(
                    target,
                    form={**fields, **values},
                    headers={"origin": "/".join(page.url.split("/")[:3])},
                    max_redirects=0,
                )
            )
    raise NoSuchForm(f"{path} has no form to {action_part}")


def _led_to(answer: APIResponse) -> str:
    if answer.status != 303:
        raise NoSuchForm(f"{answer.url} answered {answer.status}")
    return answer.headers["location"]
