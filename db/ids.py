"""Identifiers: UUIDs of version 7, made in the application, so that the order of ids is the order of their making."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
