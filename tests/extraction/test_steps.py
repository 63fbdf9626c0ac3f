"""The benchmark that tells where a worker's time goes finds every step that it names."""

import importlib

from benchmarks.extraction_steps import STEPS, Stopwatch


def test_every_step_is_a_function_of_its_module() -> None:
    for step, module, name in STEPS:
        assert callable(getattr(importlib.import_module(module), name)), step


def test_an_inner_step_is_not_counted_twice() -> None:
    watch = Stopwatch()
    inner = watch.timed("inner", lambda: sum(range(200_000)))
    outer = watch.timed("outer", inner)
    watch.start()
    assert outer() == sum(range(200_000))
    watch.stop()
    assert set(watch.spent) == {"the rest", "inner", "outer"}
    assert watch.spent["inner"] > watch.spent["outer"] >= 0
