"""Which process gets which file."""

from types import SimpleNamespace
from typing import Any

from xdist.remote import Producer

from tests.support.scheduling import GroupScheduling

TESTS = 3
"""Of each file. A process gets its next file when two tests are left."""


class Process:
    """What the scheduler knows of a test process, and the files that it was given."""

    shutting_down = False
    gateway = SimpleNamespace(id="a process")

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests
        self.given: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    @property
    def files(self) -> list[str]:
        return [self.tests[index].partition("::")[0] for index in self.given[::TESTS]]


def run(*files: str, processes: int = 3) -> list[Process]:
    """The processes after all tests, of which each has run one in turn."""
    tests = [f"{file}::test_{number}" for file in files for number in range(TESTS)]
    options = {"tx": ["popen"] * processes}
    config: Any = SimpleNamespace(getvalue=options.get, option=SimpleNamespace(loadscopereorder=False))
    scheduling: Any = GroupScheduling(config, Producer("scheduling", enabled=False))
    started = [Process(tests) for _ in range(processes)]
    for process in started:
        scheduling.add_node(process)
    for process in started:
        scheduling.add_node_collection(process, tests)
    scheduling.schedule()
    for turn in range(len(tests)):
        for process in started:
            if turn < len(process.given):
                scheduling.mark_test_complete(process, process.given[turn])
    assert sorted(index for process in started for index in process.given) == list(range(len(tests)))
    return started


def of(folder: str, count: int) -> list[str]:
    return [f"tests/{folder}/test_{number}.py" for number in range(count)]


def test_a_group_stays_in_one_process_while_the_others_have_something_else() -> None:
    faults, browser, others = of("faults", 4), of("browser", 3), of("jobs", 12)
    first, second, third = run(*faults, *browser, *others)
    assert first.files[:4] == faults
    assert second.files[:3] == browser
    assert set(third.files) <= set(others)


def test_folders_of_one_group_are_one_after_the_other() -> None:
    faults, platform, others = of("faults", 2), of("platform", 2), of("jobs", 8)
    first, second = run(*faults, *platform, *others, processes=2)
    assert first.files[:4] == [*faults, *platform]
    assert set(second.files) <= set(others)


def test_whoever_has_nothing_else_to_do_helps_with_a_group() -> None:
    first, second = run(*of("jobs", 1), *of("faults", 6), processes=2)
    assert len(first.files) > 2
    assert len(second.files) > 2
