"""How large the tests are that repeat something, in one place.

`make test` runs every test at a size that two cores do in minutes, and `make test-all` runs the same tests at full
size. No test exists in one of them alone.

    make test-all ARGS="tests/walk -s"                        # the random walk, some thousand steps
    ROLLBOOK_TEST_SEED=7 make test-all ARGS=tests/simulation  # what is random, from another seed
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one profile.

    race_rounds -- how often a race is run whose lock is missed within 4 rounds when it is taken out
        (docs/decisions/0032-tests.md).
    long_race_rounds -- the same for races that take more rounds, that look for deadlocks, or whose lock was not taken
        out; at most as many as there are weeks since `LONG_AGO`.
    cancelled_rounds -- how often a transaction is cancelled at each of its moments.
    fan_outs -- how many random histories of live subscribers are played.
    walks -- how many organizations the random walk visits, with 50 steps each.
    catalogue_walks -- how many schools the random walk over the catalogue visits, with 40 steps each.
    catalogue_changes -- how many random histories of changes of a catalogue are previewed and made, and how many are
        compared with a model.
    restarted_walks, restarted_steps -- how many organizations the walk through restarts visits, with how many steps.
    stories -- how many random histories of one organization's makeup tokens are told on PostgreSQL.
    rule_examples -- how many random histories the pure rule of makeup tokens gets.
    edge_examples -- how many random values and operations the edge of the schema gets.
    waitlist -- how many drops, offers and answers meet in one class.
    snow_day_classes -- how many classes are cancelled while workers are killed.
    crowd -- how many subscribers live through all faults.
    simulated_occurrences -- how many occurrences the two simulated days have.
    listed_organizations -- how many random organizations are listed and searched.
    documents -- how many random documents over a roll sheet are executed in the compiled and in the plain way.
    year_classes, year_students -- how large the business is that is founded and run for a year.
    demo_moments -- at how many of the awkward moments the demo is loaded.
    offline_students -- how many students two people mark on two devices without network.
    """

    race_rounds: int
    long_race_rounds: int
    cancelled_rounds: int
    fan_outs: int
    walks: int
    catalogue_walks: int
    catalogue_changes: int
    restarted_walks: int
    restarted_steps: int
    stories: int
    rule_examples: int
    edge_examples: int
    snow_day_classes: int
    crowd: int
    simulated_occurrences: int
    year_classes: int
    year_students: int
    demo_moments: int
    listed_organizations: int
    documents: int
    offline_students: int
    waitlist: int


PROFILES = {
    "default": Sizes(
        race_rounds=8,
        long_race_rounds=16,
        cancelled_rounds=2,
        fan_outs=150,
        walks=10,
        catalogue_walks=5,
        catalogue_changes=2,
        restarted_walks=1,
        restarted_steps=20,
        stories=20,
        rule_examples=800,
        edge_examples=500,
        snow_day_classes=24,
        crowd=40,
        simulated_occurrences=40,
        year_classes=4,
        year_students=12,
        demo_moments=2,
        listed_organizations=3,
        documents=30,
        offline_students=15,
        waitlist=16,
    ),
    "full": Sizes(
        race_rounds=40,
        long_race_rounds=40,
        cancelled_rounds=6,
        fan_outs=1500,
        walks=60,
        catalogue_walks=50,
        catalogue_changes=40,
        restarted_walks=6,
        restarted_steps=50,
        stories=500,
        rule_examples=4000,
        edge_examples=2000,
        snow_day_classes=100,
        crowd=200,
        simulated_occurrences=400,
        year_classes=200,
        year_students=3000,
        demo_moments=5,
        listed_organizations=40,
        documents=600,
        offline_students=100,
        waitlist=250,
    ),
}

_SIZE = os.environ.get("ROLLBOOK_TEST_SIZE", "default")
SIZES = PROFILES[_SIZE]
IS_FULL = _SIZE == "full"
_SEED = os.environ.get("ROLLBOOK_TEST_SEED")
SEED: int | None = None if _SEED is None else int(_SEED)
"""Where random tests start. None means the same place each time, so that a failure repeats."""
