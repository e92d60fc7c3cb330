"""What a page weighs as it crosses the wire, compressed, with all that it loads."""

from dataclasses import dataclass

from playwright.sync_api import Page

FIRST_VISIT, QUIZ, REPEAT_VIEW = 110_000, 120_000, 20_000
"""The most that is allowed, in bytes."""


@dataclass(frozen=True)
class Weight:
    """Bytes over the wire, headers included, and the requests that caused them."""

    bytes: int
    requests: int


def weigh(page: Page, address: str) -> Weight:
    """Open an address and count what came over the network, not what the cache held."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, int] = {}

    def note(event: dict[str, object]) -> None:
        sizes[str(event["requestId"])] = int(str(event["encodedDataLength"]).split(".")[0])

    session.on("Network.loadingFinished", note)
    page.goto(address, wait_until="networkidle")
    session.detach()
    fetched = [size for size in sizes.values() if size > 0]
    return Weight(sum(fetched), len(fetched))
