"""Python's own locks and shared values, in the scenarios that it shares with the others."""

import argparse
import multiprocessing
import sys
import time
from multiprocessing import shared_memory
from pathlib import Path

# Python has only this folder on its path.
sys.path.append(str(Path(__file__).parent.parent / "lib"))
from rows import print_row, rounds

ROUNDS = rounds(9)
PAIRS = 500_000
VALUE_PAIRS = 100_000
CONTENTION = 0.08
STRIDE = 100
# Seconds before a throw and after it, balls in a round, rounds.
BALLS = {"wake": (0.0005, 0.0001, 20, rounds(15)), "wake after long": (0.02, 0.0001, 3, rounds(7))}
BALLS["barrier"] = BALLS["wake"]
COPIED = 64 * 2**20


def timed(run):
    before = time.perf_counter()
    run()
    return time.perf_counter() - before


def rates(scenario, competitor, count, run):
    samples = [count / timed(run) for _ in range(-1, ROUNDS)]
    print_row(scenario, competitor, "pairs/s", samples[1:])


def pairs_of(lock):
    def run():
        acquire, release = lock.acquire, lock.release
        for _ in range(PAIRS):
            acquire()
            release()

    return run


def additions_to(value):
    def run():
        for _ in range(VALUE_PAIRS):
            with value.get_lock():
                value.value += 1

    return run


def free():
    rates("lock", "python", PAIRS, pairs_of(multiprocessing.Lock()))
    rates("semaphore", "python", PAIRS, pairs_of(multiprocessing.Semaphore(1)))
    value = multiprocessing.Value("i", 0)
    rates("value", "python", VALUE_PAIRS, additions_to(value))
    if value.value != VALUE_PAIRS * (ROUNDS + 1):
        raise SystemExit(f"WrongResult: the value is {value.value}")


def take_turns(lock):
    acquire, release = lock.acquire, lock.release
    before = time.perf_counter()
    done = 0
    while True:
        for _ in range(STRIDE):
            acquire()
            release()
        done += STRIDE
        passed = time.perf_counter() - before
        if passed >= CONTENTION:
            return done, passed


def take_additions(value):
    before = time.perf_counter()
    done = 0
    while True:
        for _ in range(STRIDE):
            with value.get_lock():
                value.value += 1
        done += STRIDE
        passed = time.perf_counter() - before
        if passed >= CONTENTION:
            return done, passed


def contend(child, start, lock, semaphore, value, found, total):
    contenders = [
        lambda: take_turns(lock),
        lambda: take_turns(semaphore),
        lambda: take_additions(value),
    ]
    for number in range(-1, ROUNDS):
        for i, contender in enumerate(contenders):
            start.wait()
            done, passed = contender()
            if i == 2:
                total[child] += done
            if number >= 0:
                found[(child * ROUNDS + number) * 3 + i] = done / passed


def contended():
    start = multiprocessing.Barrier(2)
    lock, semaphore = multiprocessing.Lock(), multiprocessing.Semaphore(1)
    value = multiprocessing.Value("i", 0)
    found = multiprocessing.RawArray("d", 2 * ROUNDS * 3)
    total = multiprocessing.RawArray("i", 2)
    arguments = (start, lock, semaphore, value, found, total)
    children = [
        multiprocessing.Process(target=contend, args=(i, *arguments)) for i in range(2)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if value.value != sum(total):
        raise SystemExit(f"WrongResult: the value is {value.value} and not {sum(total)}")
    for i, scenario in enumerate(["lock", "semaphore", "value"]):
        samples = [
            found[number * 3 + i] + found[(ROUNDS + number) * 3 + i] for number in range(ROUNDS)
        ]
        print_row(f"contended {scenario}", "python", "pairs/s", samples)


def let_pass(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def event_side(mine, theirs):
    def catch():
        mine.wait()
        mine.clear()

    return theirs.set, catch


def barrier_side(barrier):
    return barrier.wait, barrier.wait


def throw_back(make_side, arguments, rest, after):
    throw, catch = make_side(*arguments)
    while True:
        catch()
        let_pass(rest)
        throw()
        let_pass(after)


def play(side, rest, after, count):
    throw, catch = side
    before = time.perf_counter()
    for _ in range(count):
        let_pass(rest)
        throw()
        let_pass(after)
        catch()
    return 1e6 * ((time.perf_counter() - before) / (2 * count) - rest)


def game(scenario, make_side, mine, theirs):
    rest, after, count, most = BALLS[scenario]
    child = multiprocessing.Process(
        target=throw_back, args=(make_side, theirs, rest, after), daemon=True
    )
    child.start()
    side = make_side(*mine)
    samples = [play(side, rest, after, count) for _ in range(-1, most)]
    print_row(scenario, "python", "us", samples[1:])
    child.kill()
    child.join()


def wake():
    for scenario in ("wake", "wake after long"):
        one, other = multiprocessing.Event(), multiprocessing.Event()
        game(scenario, event_side, (one, other), (other, one))
    barrier = multiprocessing.Barrier(2)
    game("barrier", barrier_side, (barrier,), (barrier,))


def copy():
    data = bytes(i * 7 % 256 for i in range(2**16)) * (COPIED // 2**16)
    found = bytearray(COPIED)
    memory = shared_memory.SharedMemory(create=True, size=COPIED)
    # Slices of views copy once; a slice of a bytearray would copy twice.
    view, into = memory.buf, memoryview(found)

    def through():
        view[:COPIED] = data
        into[:] = view[:COPIED]

    samples = [1000 * timed(through) for _ in range(-1, ROUNDS)]
    print_row("copy", "python", "ms", samples[1:])
    if found != data:
        raise SystemExit("WrongResult: the bytes that were copied are not the same")
    view.release()
    memory.close()
    memory.unlink()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="free,contended,wake,copy")
    parser.add_argument("--method", choices=["process"])
    chosen = parser.parse_args().scenario.split(",")
    for scenario in (free, contended, wake, copy):
        if scenario.__name__ in chosen:
            scenario()


if __name__ == "__main__":
    main()
