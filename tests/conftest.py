"""What every test may ask for: servers, a database, and an organization to fill; and the order of the tests."""

import importlib

import pytest

pytest_plugins = ["tests.support.scheduling"]
OF_TESTS = (
    "tests.support.collecting",
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.executions",
    "tests.support.hangs",
    "tests.support.tenant_watch",
    "tests.support.unconfigured_logs",
)
# The conftest.py of a folder may import them before pytest_configure does.
pytest.register_assert_rewrite(*OF_TESTS)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Import what the tests need, unless they run in other processes, which are started afterwards: it takes more than
    a second, and the cores have nothing else to do.
    """
    if config.pluginmanager.has_plugin("dsession"):
        return
    # pytest rewrites this module's assertions when it is first imported. CPython 3.11 fails to parse it when that
    # happens deep in a stack of coroutines ("AST constructor recursion depth mismatch"), so it is imported here.
    importlib.import_module("anyio._backends._asyncio")
    for name in OF_TESTS:
        config.pluginmanager.import_plugin(name)
