"""Python's own queues and pipes, in the scenarios that they share with the others.

Not called queue.py: that is a module of Python which multiprocessing itself imports.
"""

import argparse
import multiprocessing
import sys
import time
from pathlib import Path

# Python has only this folder on its path.
sys.path.append(str(Path(__file__).parent.parent / "lib"))
from rows import print_row, rounds

ROUNDS = rounds(5)
MESSAGES = {"integer": 20_000, "object": 20_000, "1 KB": 10_000, "1 MB": 60}
TRIPS = 100
TRIP_ROUNDS = rounds(15)


def maker(kind):
    if kind == "integer":
        return lambda i: i
    if kind == "object":
        return lambda i: {"id": i, "name": "an item", "price": i + 0.5, "isNew": True}
    data = bytes(2**10 if kind == "1 KB" else 2**20)
    return lambda i: data


def reader(kind):
    if kind == "integer":
        return lambda message: message
    if kind == "object":
        return lambda message: message["id"]
    return len


def open_way(name):
    """How to put into one end, and how to get out of the other."""
    if name == "Pipe":
        source, target = multiprocessing.Pipe()
        return source.send, target.recv
    way = multiprocessing.Queue() if name == "Queue" else multiprocessing.SimpleQueue()
    return way.put, way.get


def produce(put, kind, go, turn, count, first):
    make = maker(kind)
    for _ in range(-1, ROUNDS):
        turn.wait()
        go.acquire()
        for i in range(first, first + count):
            put(make(i))
        turn.wait()


def consume(get, kind, go, turn, count, times, sums, pair):
    read = reader(kind)
    for _ in range(-1, ROUNDS):
        turn.wait()
        total = 0
        before = time.perf_counter()
        go.release()
        for _ in range(count):
            total += read(get())
        times[pair] = time.perf_counter() - before
        sums[pair] = total
        turn.wait()


def flow(name, kind, pairs):
    put, get = open_way(name)
    count = MESSAGES[kind]
    go, turn = multiprocessing.Semaphore(0), multiprocessing.Barrier(2 * pairs + 1)
    times, sums = multiprocessing.RawArray("d", pairs), multiprocessing.RawArray("d", pairs)
    share = count // pairs
    children = []
    for pair in range(pairs):
        arguments = (put, kind, go, turn, share, pair * share)
        children.append(multiprocessing.Process(target=produce, args=arguments))
        arguments = (get, kind, go, turn, share, times, sums, pair)
        children.append(multiprocessing.Process(target=consume, args=arguments))
    for child in children:
        child.start()
    make, read = maker(kind), reader(kind)
    expected = sum(read(make(i)) for i in range(count))
    samples = []
    for number in range(-1, ROUNDS):
        turn.wait()
        turn.wait()
        if sum(sums) != expected:
            raise SystemExit(f"WrongResult: {name} gave {sum(sums)} and not {expected}")
        if number >= 0:
            samples.append(count / max(times))
    for child in children:
        child.join()
    print_row(f"{kind}, {pairs} to {pairs}", f"python {name}", "messages/s", samples)


def send_back(get, put):
    while True:
        put(get())


def send_there(put, get, times):
    for number in range(-1, TRIP_ROUNDS):
        before = time.perf_counter()
        for i in range(TRIPS):
            put(i)
            if get() != i:
                raise SystemExit("WrongResult: another message came back")
        if number >= 0:
            times[number] = 1e6 * (time.perf_counter() - before) / TRIPS


def trip(name):
    put, get = open_way(name)
    put_back, get_back = open_way(name)
    times = multiprocessing.RawArray("d", TRIP_ROUNDS)
    other = multiprocessing.Process(target=send_back, args=(get, put_back), daemon=True)
    one = multiprocessing.Process(target=send_there, args=(put, get_back, times))
    other.start()
    one.start()
    one.join()
    other.kill()
    other.join()
    print_row("round trip", f"python {name}", "us", list(times))


def main():
    multiprocessing.set_start_method("fork")
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="flow,trip")
    parser.add_argument("--method", choices=["process"])
    chosen = parser.parse_args().scenario.split(",")
    names = ["Queue", "SimpleQueue", "Pipe"]
    if "flow" in chosen:
        for kind in MESSAGES:
            for name in names:
                flow(name, kind, 1)
                # Nothing keeps two that write into a pipe from mixing their bytes.
                if name != "Pipe":
                    flow(name, kind, 2)
    if "trip" in chosen:
        for name in names:
            trip(name)


if __name__ == "__main__":
    main()
