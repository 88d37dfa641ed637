"""Somebody who founds a business with the command line and goes on with the API."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from click.testing import CliRunner, Result

from db.engine import Database
from rollbook import app
from tests.api.organization.sign_in_client import NOON, Client, sign_in_client
from tests.support.api import SECRET, settings_with

PAGES = "https://rollbook.example"
OWNER = "ann@gym.example"
NEW_PASSWORD = "zwölf Otter 🦦 im Bad"
FOUND = ("found", "Riverside Gym", "--owner", OWNER, "--time-zone", "America/Chicago", "--currency", "EUR")


def in_production(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> None:
    for name, value in {
        "ROLLBOOK_ENV": "production",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ROLLBOOK_SECRET": SECRET,
        "ROLLBOOK_PUBLIC_URL": PAGES,
    }.items():
        monkeypatch.setenv(name, value)


async def command(*arguments: str) -> Result:
    """Run the command line, as in a terminal."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))


def token_in(text: str, page: str = "accept-invitation") -> str:
    """The token of the only link to the page."""
    (token,) = re.findall(rf"{re.escape(PAGES)}/{page}#(\S+)", text)
    return str(token)


@asynccontextmanager
async def production_client(database: Database, redis_url: str, database_url: str) -> AsyncIterator[Client]:
    settings = settings_with(env="production", public_url=PAGES, database_url=database_url)
    async with sign_in_client(database, redis_url, settings) as client:
        yield client


__all__ = ["NOON"]
