"""What every test may ask for: servers, a database, and an organization to fill; and the order of the tests."""

import importlib

pytest_plugins = [
    "tests.support.collecting",
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.executions",
    "tests.support.hangs",
    "tests.support.scheduling",
    "tests.support.tenant_watch",
    "tests.support.unconfigured_logs",
]

# pytest rewrites this module's assertions when it is first imported. CPython 3.11 fails to parse it when that happens
# deep in a stack of coroutines ("AST constructor recursion depth mismatch"), so it is imported here.
importlib.import_module("anyio._backends._asyncio")
