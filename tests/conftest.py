"""What every test may ask for: servers, and a fresh migrated database of its own."""

pytest_plugins = ["tests.servers", "tests.databases", "tests.executions", "tests.support.tenant_watch"]
