"""R16.3: how much of a process each tenant has used of late."""

import pytest

from gql.protocol.shares import Shares


def test_R16_3_what_a_tenant_has_used_fades() -> None:
    shares = Shares(fade=2.0)
    shares.add("a", 3.0, now=100.0)
    shares.add("b", 1.0, now=100.0)
    assert shares.of("a", 100.0) == pytest.approx(3.0)
    assert shares.of("a", 102.0) == pytest.approx(3.0 / 2.718, rel=0.01)
    shares.add("a", 1.0, now=104.0)
    assert shares.of("a", 104.0) == pytest.approx(1.0 + 3.0 / 2.718**2, rel=0.01)
    assert shares.of_others("a", 104.0) == pytest.approx(1.0 / 2.718**2, rel=0.01)
    assert shares.of("unknown", 104.0) == 0.0


def test_R16_3_a_tenant_is_compared_with_the_average_of_the_others() -> None:
    shares = Shares(fade=2.0)
    assert shares.average_of_others("a", 100.0) == 0.0
    shares.add("a", 3.0, now=100.0)
    assert shares.average_of_others("a", 100.0) == 0.0, "there are no others"
    shares.add("b", 1.0, now=100.0)
    shares.add("c", 2.0, now=100.0)
    assert shares.average_of_others("a", 100.0) == pytest.approx(1.5)
    assert shares.average_of_others("new", 100.0) == pytest.approx(2.0)
    assert shares.average_of_others("a", 100.0, further=1.0) == pytest.approx(2.0)
    shares.add("a", 1.0, now=200.0)
    assert shares.average_of_others("new", 200.0) == pytest.approx(1.0), "those that have gone are forgotten"
