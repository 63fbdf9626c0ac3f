"""Every address that a source names has one outcome, and a source is judged by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.accounting import (
    MAX_HOSTS,
    OTHER_HOSTS,
    USABLE,
    AddressCounts,
    AddressOutcome,
    SourceVerdict,
    judge_source,
)

OFF_SITE = AddressOutcome.OFF_SITE
HOSTS = st.sampled_from(["a.org", "b.org", "c.org:8080"])
OUTCOMES = st.lists(st.tuples(st.sampled_from(AddressOutcome), st.integers(0, 9), HOSTS))


def counted(entries: list[tuple[AddressOutcome, int, str]]) -> AddressCounts:
    counts = AddressCounts()
    for outcome, number, host in entries:
        if outcome is AddressOutcome.OFF_SITE:
            counts.count_off_site(host, number)
        else:
            counts.count(outcome, number)
    return counts


@given(st.lists(OUTCOMES, max_size=5))
def test_sums_add_up_whatever_is_counted(parts: list[list[tuple[AddressOutcome, int, str]]]) -> None:
    together = AddressCounts()
    for part in parts:
        together.add(counted(part))
    flat = counted([entry for part in parts for entry in part])
    assert together.outcomes == flat.outcomes
    assert together.total == sum(number for part in parts for _, number, _ in part)
    assert together.problem is None
    assert set(together.foreign_hosts) == set(flat.foreign_hosts)


def test_counts_that_do_not_add_up_say_so() -> None:
    counts = AddressCounts()
    counts.count(AddressOutcome.OFF_SITE, 3)
    assert "3 addresses are off the site, 0 of them" in (counts.problem or "")


def test_a_page_full_of_foreign_hosts_names_some_and_counts_all() -> None:
    counts = AddressCounts()
    for number in range(MAX_HOSTS + 5):
        counts.count_off_site(f"host{number}.example")
    assert counts[AddressOutcome.OFF_SITE] == MAX_HOSTS + 5
    assert counts.problem is None
    assert OTHER_HOSTS not in counts.foreign_hosts
    assert len(counts.foreign_hosts) == MAX_HOSTS


@given(OUTCOMES)
def test_a_source_is_well_if_and_only_if_it_names_pages_of_the_site(
    entries: list[tuple[AddressOutcome, int, str]],
) -> None:
    counts = counted(entries)
    usable = any(number for outcome, number, _ in entries if outcome in USABLE)
    finding = judge_source(counts)
    assert (finding.verdict is SourceVerdict.OK) == usable
    assert (finding.reason is None) == usable


@pytest.mark.parametrize(
    ("entries", "foreign_answer", "verdict", "host"),
    [
        ([], None, SourceVerdict.EMPTY, None),
        ([], "new.org", SourceVerdict.MOVED, "new.org"),
        ([(OFF_SITE, 1, "a.org"), (OFF_SITE, 4, "b.org")], None, SourceVerdict.MOVED, "b.org"),
        ([(AddressOutcome.EXCLUDED, 3, "")], None, SourceVerdict.EXCLUDED, None),
        ([(AddressOutcome.UNUSABLE, 3, "")], None, SourceVerdict.UNUSABLE, None),
        ([(OFF_SITE, 9, "a.org"), (AddressOutcome.NEW, 1, "")], "a.org", SourceVerdict.OK, None),
    ],
)
def test_what_is_wrong_with_a_source_is_named(
    entries: list[tuple[AddressOutcome, int, str]],
    foreign_answer: str | None,
    verdict: SourceVerdict,
    host: str | None,
) -> None:
    finding = judge_source(counted(entries), foreign_answer)
    assert (finding.verdict, finding.host) == (verdict, host)
    if host:
        assert host in (finding.reason or "")
