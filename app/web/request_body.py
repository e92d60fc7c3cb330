"""Reads the whole body of a request before anything acts on it, so that the time of the act is the
time of its arrival."""

from asyncio import timeout

from starlette.types import Message, Receive

LONGEST_BODY = 10.0
"""The most seconds that a body may take to arrive."""


class BodyTooLarge(Exception):
    """The body is longer than allowed; answered with 413."""


class BodyTooSlow(Exception):
    """The body did not arrive in time; answered with 408."""


class ClientLeft(Exception):
    """The client closed the connection while sending, so there is nobody to answer."""


async def whole_body(receive: Receive, *, most_bytes: int, seconds: float) -> bytes:
    """Return the body, or raise BodyTooLarge, BodyTooSlow or ClientLeft. At most `most_bytes` plus
    one message are held in memory."""
    parts: list[bytes] = []
    length = 0
    try:
        async with timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientLeft
                part = message.get("body", b"")
                length += len(part)
                if length > most_bytes:
                    raise BodyTooLarge
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise BodyTooSlow from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receive channel that gives the whole body at once, and then the messages of
    `receive`."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
