"""Python's own multiprocessing.Pool, in the scenarios that it shares with the others."""

import argparse
import multiprocessing
import sys
import time
from pathlib import Path

# Python has only this folder on its path.
sys.path.append(str(Path(__file__).parent.parent / "lib"))
from rows import print_row, rounds

ALL = 30_000
MAP = 400_000
STREAM = 20_000
CHUNKS = [1, 64]


def square(n):
    return n * n


def rate(scenario, count, run, most=7):
    expected = (count - 1) * count * (2 * count - 1) // 6
    samples = []
    for number in range(-1, rounds(most)):
        before = time.perf_counter()
        total = run()
        passed = time.perf_counter() - before
        if total != expected:
            raise SystemExit(f"WrongResult: {scenario} gave {total} and not {expected}")
        if number >= 0:
            samples.append(count / passed)
    print_row(scenario, "python", "tasks/s", samples)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario")
    parser.add_argument("--method", choices=["process"])
    chosen = parser.parse_args().scenario
    wanted = lambda scenario: chosen is None or scenario in chosen.split(",")

    if wanted("one"):
        with multiprocessing.Pool(1) as pool:
            rate("one", 3000, lambda: sum(pool.apply(square, (n,)) for n in range(3000)))
    if chosen == "one":
        return
    with multiprocessing.Pool(2) as pool:
        if wanted("all"):

            def at_once():
                results = [pool.apply_async(square, (n,)) for n in range(ALL)]
                return sum(result.get() for result in results)

            rate("all", ALL, at_once, 3)
        if wanted("map"):
            rate("map", MAP, lambda: sum(pool.map(square, range(MAP))))
        for chunk in CHUNKS:
            if wanted(f"stream{chunk}"):
                stream = lambda: sum(pool.imap_unordered(square, range(STREAM), chunk))
                rate(f"stream{chunk}", STREAM, stream, 3)


if __name__ == "__main__":
    main()
