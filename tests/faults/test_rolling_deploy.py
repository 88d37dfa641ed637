"""R16.2: a deploy from the first release to this code under load. Nobody is refused for good, and no event is lost.

make test-all ARGS="tests/faults/test_rolling_deploy.py -s"
"""

import asyncio
import itertools
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import WebSocketException

from commands.servers.process import free_port
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from tests.support.api_process import until
from tests.support.processes import program_environment
from tests.support.sizes import PROFILES, SIZES
from tests.support.sockets import connected

ROOT = Path(__file__).parents[2]
WRITERS, SUBSCRIBERS, SHEETS = 4, 8, 4
RETRYABLE = frozenset({"UNAVAILABLE", "TIMEOUT"})
SUBMIT = """mutation($input: SubmitAttendanceInput!) { submitAttendance(input: $input) {
  __typename ... on SubmitAttendanceSuccess { occurrence { revision } } ... on UserError { message } } }"""
FOLLOW = """subscription($id: ID!, $after: Int) {
  rollSheetChanged(occurrenceId: $id, afterRevision: $after) { kind revision } }"""
LOOK = """query($days: OccurrenceFilter!) { occurrences(filter: $days, first: 30) {
  nodes { id canRecordAttendance revision roster { student { id } enrollment { id } isSubdued } } } }"""

pytestmark = [
    pytest.mark.skipif(SIZES is not PROFILES["full"], reason="It takes a minute: it runs in `make test-all`."),
    pytest.mark.timeout(600),
]


def first_release() -> str:
    """The commit that is release 0.1.0: its tag or, in a checkout without tags, the one that began released.graphql."""
    for command in (("rev-parse", "--verify", "v0.1.0^{commit}"), ("log", "--diff-filter=A", "--format=%H", "--")):
        arguments = [*command, "docs/released.graphql"] if command[0] == "log" else command
        found = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        if found.returncode == 0 and found.stdout.strip():
            return found.stdout.split()[-1]
    pytest.skip("The checkout has no history, so the code of release 0.1.0 is not there.")


@pytest.fixture
def former() -> Any:
    """The folder of release 0.1.0."""
    folder = Path(tempfile.mkdtemp(prefix="rollbook-former-"))
    archive = folder / "code.zip"
    subprocess.run(["git", "archive", "--output", archive, first_release()], cwd=ROOT, check=True)
    shutil.unpack_archive(archive, folder / "code")
    yield folder / "code"
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Town:
    """An installation: the processes that the balancer knows, and what its users were told.

    serving -- the ports to which the balancer sends requests
    told -- the outcomes of all attempts
    lost -- sentences about events that a subscriber should have been sent
    """

    environment: dict[str, str]
    token: str = ""
    sheets: list[tuple[str, list[str]]] = field(default_factory=list)
    serving: list[int] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    heard: int = 0
    revisions: dict[str, int] = field(default_factory=dict)
    is_over: bool = False

    async def run(self, folder: Path, *command: str) -> str:
        """Run a command of the release in the folder until it ends."""
        answer = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "rollbook.py", *command],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr + answer.stdout
        return answer.stdout.strip()

    @asynccontextmanager
    async def process(self, folder: Path, *command: str) -> AsyncIterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [sys.executable, "rollbook.py", *command],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, 20)
            process.kill()
            process.wait()

    async def health(self, port: int, route: str = "ready") -> int:
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(verify=False) as client:
                return (await client.get(f"http://127.0.0.1:{port}/health/{route}", timeout=5)).status_code
        return 0

    async def start_api(self, folder: Path, stack: AsyncExitStack) -> tuple[int, subprocess.Popen[bytes]]:
        port = free_port()
        process = await stack.enter_async_context(self.process(folder, "api", "--port", str(port)))
        await until(lambda: self._is_ready(port), 90)
        self.serving.append(port)
        return port, process

    async def _is_ready(self, port: int) -> bool:
        return await self.health(port) == 200

    async def take_out(self, port: int, process: subprocess.Popen[bytes]) -> None:
        """As an operator does: out of the balancer first, then SIGTERM, which finishes what has begun."""
        self.serving.remove(port)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 30) in (0, -signal.SIGTERM)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(verify=False, timeout=30) as client:
            answer = await client.post(
                f"http://127.0.0.1:{random.choice(self.serving)}/graphql",
                json={"query": query, "variables": variables},
                headers={"Authorization": f"Bearer {self.token}"},
            )
        found: dict[str, Any] = answer.json()
        return found

    async def write(self, number: int) -> None:
        """Mark students until all is over; what could not be answered is tried again with the same key."""
        chance = random.Random(number)
        while not self.is_over:
            sheet, students = chance.choice(self.sheets)
            mark = {"studentId": chance.choice(students), "status": chance.choice(["PRESENT", "TARDY", None])}
            given = {"occurrenceId": sheet, "marks": [mark], "idempotencyKey": str(uuid4())}
            for attempt in itertools.count():
                assert attempt < 50, f"never answered: {self.told}"
                outcome = await self._outcome(given)
                self.told[outcome] += 1
                if not outcome.startswith("again"):
                    break
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.02)

    async def _outcome(self, given: dict[str, Any]) -> str:
        try:
            answer = await self.ask(SUBMIT, input=given)
        except (httpx.HTTPError, ValueError) as fault:
            # The connection broke: the client cannot know what became of it, and its key lets it ask again.
            return f"again: {type(fault).__name__}"
        if errors := answer.get("errors"):
            code = str(errors[0].get("extensions", {}).get("code"))
            return f"again: {code}" if code in RETRYABLE else f"failed: {code}"
        result = answer["data"]["submitAttendance"]
        if result["__typename"] != "SubmitAttendanceSuccess":
            return f"failed: {result}"
        revision = result["occurrence"]["revision"]
        self.revisions[given["occurrenceId"]] = max(self.revisions.get(given["occurrenceId"], 0), revision)
        return "done"

    async def follow(self, sheet: str, reached: dict[str, int]) -> None:
        """Follow a sheet through all processes, with the last revision."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError, IndexError):
                port = random.choice(self.serving)
                async with connected(f"ws://127.0.0.1:{port}/graphql", self.token) as socket:
                    await socket.subscribe(FOLLOW, id=sheet, after=reached.get(sheet))
                    async for message in socket:
                        if message["type"] != "next":
                            break
                        self._hear(sheet, message["payload"]["data"]["rollSheetChanged"], reached)
            await asyncio.sleep(0.05)

    def _hear(self, sheet: str, event: dict[str, Any], reached: dict[str, int]) -> None:
        if event["kind"] != "SNAPSHOT" and event["revision"] != reached.get(sheet, 0) + 1:
            self.lost.append(f"{event['revision']} came after {reached.get(sheet)}")
        reached[sheet] = event["revision"]
        self.heard += 1


def lasting(roster: list[dict[str, Any]]) -> list[str]:
    """The students who stay on the roll sheet when their mark is cleared."""
    return [row["student"]["id"] for row in roster if row["enrollment"] and not row["isSubdued"]]


async def test_R16_2_a_rolling_deploy_from_the_first_release_loses_nothing(
    servers: Servers, redis_url: str, former: Path
) -> None:
    async with scratch_database(servers.database_url) as url, AsyncExitStack() as stack:
        plain = url.replace("+asyncpg", "")
        town = Town(program_environment(plain, redis_url, database_pool_size=5, log_level="WARNING"))
        town.environment |= {"ROLLBOOK_DATA": str(former.parent / "data"), "PYTHONDONTWRITEBYTECODE": "1"}
        await town.run(former, "migrate")
        await town.run(former, "demo")
        owner = ("--person", "owner@copperlake.example", "--lifetime", "1h")
        town.token = (await town.run(former, "token", *owner)).split()[-1]
        old = [await town.start_api(former, stack) for _ in range(2)]
        old_worker = await stack.enter_async_context(town.process(former, "worker"))
        today = datetime.now(UTC).date()
        days = {"from": str(today - timedelta(days=7)), "to": str(today + timedelta(days=1))}
        answer = await town.ask(LOOK, days=days)
        assert "errors" not in answer, answer
        found = answer["data"]["occurrences"]["nodes"]
        recordable = [(each["id"], lasting(each["roster"])) for each in found if each["canRecordAttendance"]]
        town.sheets = [(sheet, students) for sheet, students in recordable if students][:SHEETS]
        assert len(town.sheets) == SHEETS
        reached: list[dict[str, int]] = [{} for _ in range(SUBSCRIBERS)]
        async with asyncio.TaskGroup() as tasks:
            following = [
                tasks.create_task(town.follow(town.sheets[number % SHEETS][0], mine))
                for number, mine in enumerate(reached)
            ]
            writing = [tasks.create_task(town.write(number)) for number in range(WRITERS)]
            await asyncio.sleep(3)
            await town.run(ROOT, "migrate")
            for port, _ in old:
                assert await town.health(port, "live") == 200
            await asyncio.sleep(2)
            new_worker = await stack.enter_async_context(town.process(ROOT, "worker"))
            new = []
            for port, process in old:
                new.append(await town.start_api(ROOT, stack))
                await asyncio.sleep(1)
                await town.take_out(port, process)
            old_worker.send_signal(signal.SIGTERM)
            await asyncio.sleep(3)
            town.is_over = True
            await asyncio.gather(*writing)

            def has_heard_all() -> bool:
                return all(
                    mine.get(town.sheets[number % SHEETS][0], 0) >= town.revisions[town.sheets[number % SHEETS][0]]
                    for number, mine in enumerate(reached)
                )

            try:
                await until(has_heard_all, 30)
            except TimeoutError:
                town.lost.append(f"{reached} is behind {town.revisions}")
            for task in following:
                task.cancel()
        assert new_worker.poll() is None
        print(f"\n{dict(town.told)}, {town.heard} events heard, {len(town.lost)} lost")
        assert [outcome for outcome in town.told if outcome.startswith("failed")] == []
        assert town.lost == []
        assert town.told["done"] > 100
        assert "Nothing is wrong" in await town.run(ROOT, "audit")
