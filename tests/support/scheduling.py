"""How many processes run the tests, and in which order the files are handed to them."""

import os
from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WHOLE = ("tests/demo/",)
"""Folders that one process runs, because all their tests share what takes long to begin: a large business that is only
read.
"""
GROUPS = (
    # They wait for most of their time: for servers that were stopped, and for leases and patience that end. Where two
    # of them wait at once, a core has nothing to do.
    frozenset({"faults", "platform", "restarts"}),
    # They share a browser, an API process and what builds the pages.
    frozenset({"browser"}),
)
"""Folders of which one process runs the files, one after the other, while the others have anything else to do. They are
begun first, so that no process is left alone with one of them at the end.
"""
LONG = (
    *("test_random_walk.py", "test_permissions.py", "test_makeup_tokens_in_any_order.py", "test_catalogue_walk.py"),
    *("demo", "year", "simulation", "races", "importing", "test_check_ins.py", "test_when_tokens_come.py"),
    *("test_attendance_report.py", "test_executor.py", "test_two_cancellations.py", "test_cancellation_dry_run.py"),
    *("test_sharing_streams.py", "test_makeup_search_in_sql.py", "test_planted_secrets.py", "test_fair_admission.py"),
)
"""Other folders whose files take long, and long files of other folders: begun next, in this order."""
QUICK = "rules"
"""A folder whose files take a fraction of a second: begun last, so that the processes end together."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes more than there are cores, since the one with the first group waits more than it computes, and the
    one with the browser waits for the browser; one for a single file or test, which it would take longer to share than
    to run.
    """
    paths = config.args
    if len(paths) == 1 and (".py" in paths[0]):
        return 0
    return min(len(os.sched_getaffinity(0)) + 2, 8)


class GroupScheduling(LoadFileScheduling):  # type: ignore[misc]
    """A file stays in one process, as a folder of WHOLE does, and a group until nothing else is left for the other
    processes.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self._last: dict[WorkerController, int | None] = {}
        """The group of the file that the process was given last."""

    def _split_scope(self, nodeid: str) -> str:
        return next(filter(nodeid.startswith, WHOLE), None) or str(super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        file = self._next_for(node)
        self._last[node] = group_of(file)
        # The first is handed out.
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)

    def _next_for(self, node: WorkerController) -> str:
        """The first file that belongs to no other process's group, or else the first."""
        others = {self._last.get(other) for other in self.nodes if other is not node} - {None}
        free: Iterator[str] = (file for file in self.workqueue if group_of(file) not in others)
        return next(free, None) or str(next(iter(self.workqueue)))


def group_of(file: str) -> int | None:
    """The index of the group to which the file belongs."""
    folders = file.split("/")
    return next((index for index, group in enumerate(GROUPS) if not group.isdisjoint(folders)), None)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    return GroupScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the random order of what is alike."""
    items.sort(key=lambda item: _rank(item.nodeid.partition("::")[0]))


def _rank(file: str) -> int:
    if (group := group_of(file)) is not None:
        return group
    parts, last = file.split("/"), len(GROUPS) + len(LONG)
    return next((len(GROUPS) + index for index, name in enumerate(LONG) if name in parts), last + (QUICK in parts))
