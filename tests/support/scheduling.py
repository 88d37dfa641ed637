"""How many processes run the tests, and in which order the files are handed to them."""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

WHOLE = ("tests/demo/",)
"""Folders that one process runs, because all their tests share what takes long to begin: a large business that is only
read. (The browser's would be the last to end.)
"""
SLOW_FIRST = {
    *("simulation", "walk", "demo", "faults", "races", "platform", "year", "browser", "importing"),
    *("test_permissions.py", "test_makeup_tokens_in_any_order.py", "test_attendance_report.py", "test_check_ins.py"),
    *("test_executor.py", "test_two_cancellations.py", "test_cancellation_dry_run.py", "test_sharing_streams.py"),
    *("test_when_tokens_come.py", "test_makeup_search_in_sql.py", "test_planted_secrets.py"),
}
"""Folders whose files take long, and long files of other folders: begun first, so that no process is left alone with
one at the end.
"""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores, since the tests of faults wait more than they compute; one for a single
    file or test, which it would take longer to share than to run.
    """
    paths = config.args
    if len(paths) == 1 and (".py" in paths[0]):
        return 0
    return min(len(os.sched_getaffinity(0)) + 1, 8)


class FolderScheduling(LoadFileScheduling):  # type: ignore[misc]
    """A file stays in one process, and so do the folders of WHOLE."""

    def _split_scope(self, nodeid: str) -> str:
        return next(filter(nodeid.startswith, WHOLE), None) or str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling:
    return FolderScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the random order within each of the two groups."""
    items.sort(key=lambda item: SLOW_FIRST.isdisjoint(item.path.parts))
