"""What every test may ask for: servers, a database, and an organization to fill; and the order of the tests."""

pytest_plugins = [
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.executions",
    "tests.support.scheduling",
    "tests.support.tenant_watch",
]
