"""The pause between requests: longer in trouble, as it was afterwards, never less than asked for."""

from crawler.fetch.delay import LONGEST_DELAY, Throttle


def test_failures_in_a_row_slow_down_and_good_answers_bring_the_pause_back() -> None:
    throttle = Throttle(1.0)
    for _ in range(20):
        throttle.failed()
    assert throttle.delay == LONGEST_DELAY
    for _ in range(40):
        throttle.answered(0.1)
    assert throttle.delay == 1.0


def test_one_broken_page_slows_nobody_down() -> None:
    throttle = Throttle(0.0)
    for _ in range(2):
        throttle.failed()
    assert throttle.delay == 0.0
    throttle.answered(0.1)
    throttle.failed()
    assert throttle.delay == 0.0


def test_a_site_without_a_pause_gets_one_in_trouble_and_loses_it_again() -> None:
    throttle = Throttle(0.0)
    for _ in range(4):
        throttle.failed()
    assert throttle.delay == 1.0
    for _ in range(10):
        throttle.answered(0.1)
    assert throttle.delay == 0.0


def test_a_slow_site_is_given_as_long_as_it_took() -> None:
    throttle = Throttle(1.0)
    throttle.answered(8.0)
    assert throttle.delay == 8.0
    throttle.answered(2.9)
    assert throttle.delay < 8.0


def test_what_the_site_asks_for_is_the_least_even_if_it_is_more_than_the_longest() -> None:
    throttle = Throttle(1.0)
    throttle.ask_for(120.0)
    throttle.answered(0.1)
    assert throttle.delay == 120.0
    for _ in range(5):
        throttle.failed()
    assert throttle.delay == 120.0
