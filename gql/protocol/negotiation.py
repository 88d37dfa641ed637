"""Decides which media type the client wants, and whether the media type of its body can be read."""

from functools import lru_cache

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENT_STREAM = "text/event-stream"


@lru_cache(maxsize=256)
def chosen_media_type(accept: str | None, offers: tuple[str, ...]) -> str | None:
    """Return the offer that the client prefers, or None when it accepts none of them.

    The weight decides, then the order in the header: a client that lists a type last wants it last. Without a header,
    or with a wildcard, the first offer is returned.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [_media_range(part) for part in accept.split(",") if part.strip()]
    refused = {name for name, weight in ranges if weight <= 0}
    for name, weight in sorted(ranges, key=lambda item: -item[1]):
        if weight <= 0:
            continue
        for offer in offers:
            if offer not in refused and _matches(name, offer):
                return offer
    return None


@lru_cache(maxsize=64)
def is_json(content_type: str | None) -> bool:
    """Return whether a Content-Type header says that the body is `application/json` in UTF-8."""
    name, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    charsets = [p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")]
    return name == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)


def _media_range(text: str) -> tuple[str, float]:
    name, *parameters = [part.strip() for part in text.lower().split(";")]
    weight = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                weight = float(parameter[2:])
            except ValueError:
                weight = 0.0
    return name, weight


def _matches(media_range: str, offer: str) -> bool:
    if media_range == "*/*":
        return True
    if media_range.endswith("/*"):
        return offer.startswith(media_range[:-1])
    return media_range == offer
