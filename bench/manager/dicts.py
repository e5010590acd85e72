"""Python's own managed dictionary, in the scenarios that it shares with the others.

One call after another only: Python has no way to have many under way but by threads, which take
turns.
"""

import argparse
import multiprocessing
import sys
import time
from multiprocessing.managers import SyncManager
from pathlib import Path

# Python has only this folder on its path.
sys.path.append(str(Path(__file__).parent.parent / "lib"))
from rows import print_row, rounds

ROUNDS = rounds(9)
KEYS = 1000
CALLS = 1000
TURNS = [("get", 1), ("set", 1), ("get", 2), ("set", 2)]
AUTH_KEY = b"the key of the benches"


def keys_of(client):
    return [f"client {client}, key {i}" for i in range(KEYS)]


def initial_items(clients):
    return {key: i for client in range(clients) for i, key in enumerate(keys_of(client))}


def check(items, client, common):
    for i, key in enumerate(keys_of(client)):
        if items[key] != common + i:
            raise SystemExit(f"WrongResult: {key} gave {items[key]} and not {common + i}")


class Client:
    """One of those that take turns."""

    def __init__(self, shared, number):
        self.shared = shared
        self.keys = keys_of(number)
        self.common = 0
        self.sets = 0

    def play(self, work):
        """Takes a turn: in how many seconds."""
        return self.get_all() if work == "get" else self.set_all()

    def get_all(self):
        shared, keys, found = self.shared, self.keys, []
        before = time.perf_counter()
        for i in range(CALLS):
            found.append(shared[keys[i % KEYS]])
        passed = time.perf_counter() - before
        if found != [self.common + i % KEYS for i in range(CALLS)]:
            raise SystemExit("WrongResult: a get gave another value than was set")
        return passed

    def set_all(self):
        shared, keys = self.shared, self.keys
        self.sets += 1
        first = self.sets * 1_000_000
        self.common = first + CALLS - KEYS
        before = time.perf_counter()
        for i in range(CALLS):
            shared[keys[i % KEYS]] = first + i
        return time.perf_counter() - before


def take_part(shared, number, turn, times, common):
    client = Client(shared, number)
    for _ in range(-1, ROUNDS):
        for work, clients in TURNS:
            turn.wait()
            if number < clients:
                times[number] = client.play(work)
                common[number] = client.common
            turn.wait()


def print_rates(rates):
    for scenario, samples in rates.items():
        print_row(scenario, "python", "calls/s", samples)


def local():
    with multiprocessing.Manager() as manager:
        shared = manager.dict(initial_items(2))
        turn = multiprocessing.Barrier(3, timeout=30)
        times, common = multiprocessing.RawArray("d", 2), multiprocessing.RawArray("d", 2)
        children = [
            multiprocessing.Process(target=take_part, args=(shared, i, turn, times, common))
            for i in range(2)
        ]
        for child in children:
            child.start()
        rates = {}
        for number in range(-1, ROUNDS):
            for work, clients in TURNS:
                times[0] = times[1] = 0
                turn.wait()
                turn.wait()
                items = shared.copy()
                for client in range(2):
                    check(items, client, common[client])
                scenario = f"{work}, {clients} client{'s' if clients > 1 else ''}"
                samples = rates.setdefault(scenario, [])
                if number >= 0:
                    samples.append(clients * CALLS / max(times))
        for child in children:
            child.join()
    print_rates(rates)


class RemoteManager(SyncManager):
    """A manager that is known by its address and its key."""


def take_turns(address, rates):
    manager = RemoteManager(address=address, authkey=AUTH_KEY)
    manager.connect()
    shared = manager.dict(initial_items(1))
    client = Client(shared, 0)
    for number in range(-1, ROUNDS):
        for i, work in enumerate(["get", "set"]):
            passed = client.play(work)
            check(shared.copy(), 0, client.common)
            if number >= 0:
                rates[2 * number + i] = CALLS / passed


def remote():
    with RemoteManager(address=("127.0.0.1", 0), authkey=AUTH_KEY) as manager:
        rates = multiprocessing.RawArray("d", 2 * ROUNDS)
        child = multiprocessing.Process(target=take_turns, args=(manager.address, rates))
        child.start()
        child.join()
    if child.exitcode != 0:
        raise SystemExit("The client has failed")
    print_rates({f"{work}, remote": rates[i::2] for i, work in enumerate(["get", "set"])})


def main():
    multiprocessing.set_start_method("fork")
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="dict,remote")
    parser.add_argument("--method", choices=["process"])
    chosen = parser.parse_args().scenario.split(",")
    if "dict" in chosen:
        local()
    if "remote" in chosen:
        remote()


if __name__ == "__main__":
    main()
