"""The costs of the servers, and the tables that show them."""

import statistics
from collections import defaultdict
from dataclasses import dataclass

from bench.peers.servers import FLOOR


@dataclass(frozen=True)
class Cost:
    """Of one server in one round: milliseconds of CPU for each request, and of latency."""

    server: float
    database: float
    p50: float
    p99: float


class Results:
    """The costs of one scenario, by server, one for each round."""

    def __init__(self, title: str, *, with_database: bool = True) -> None:
        self.title = title
        self._with_database = with_database
        self._costs: dict[str, list[Cost]] = defaultdict(list)

    def add(self, name: str, cost: Cost) -> None:
        self._costs[name].append(cost)

    def lines(self) -> list[str]:
        """Return a table in Markdown."""
        columns = ["server", "database"] if self._with_database else ["server"]
        named = {"server": "CPU ms", "database": "PostgreSQL CPU ms"}
        head = [self.title, *(each for column in columns for each in (named[column], "x floor")), "p50 ms", "p99 ms"]
        rows = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        for name, costs in self._costs.items():
            figures = [
                each for column in columns for each in (f"{_median(costs, column):.2f}", self._ratio(name, column))
            ]
            latency = [f"{_median(costs, 'p50'):.1f}", f"{_median(costs, 'p99'):.1f}"]
            rows.append(f"| {name} | {' | '.join([*figures, *latency])} |")
        return rows

    def _ratio(self, name: str, which: str) -> str:
        """Return the median of the ratios to the floor within each round, or "-" when the floor was not measured."""
        pairs = zip(self._costs[name], self._costs.get(FLOOR, ()), strict=False)
        ratios = [getattr(mine, which) / (getattr(floor, which) or 1) for mine, floor in pairs]
        return f"{statistics.median(ratios):.2f}" if ratios else "-"


def _median(costs: list[Cost], which: str) -> float:
    figures: list[float] = [getattr(cost, which) for cost in costs]
    return statistics.median(figures)
