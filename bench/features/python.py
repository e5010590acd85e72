"""Python's own multiprocessing: the claims of common.ts and of nproc.ts."""

import argparse
import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing.managers import BaseManager

PATIENCE = 10


class AppError(Exception):
    def __init__(self, message, code):
        super().__init__(message, code)
        self.code = code
        self.details = {"user": "ada"}


FACTOR = 3


def triple(n):
    return n * FACTOR


def end():
    os._exit(3)


def be_killed():
    """What the system does to a process when there is no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail():
    raise AppError("Cannot do it", 7) from OverflowError("deep")


def spin():
    while True:
        pass


def share(*values):
    """Gives what cannot be an argument of a task to the workers."""
    global shared
    shared = values


def produce(_):
    for i in range(100):
        shared[0].put({"i": i})


def consume(_):
    return sum(shared[0].get()["i"] for _ in range(100))


def raise_locked(_):
    lock, counter = shared
    for i in range(1000):
        with lock:
            value = counter.value
            if i % 100 == 0:
                time.sleep(0.001)
            counter.value = value + 1


def raise_own(_):
    value, array = shared
    for _ in range(1000):
        with value.get_lock():
            value.value += 1
        with array.get_lock():
            array[1] += 2


def ping(_):
    total = 0
    for i in range(10):
        shared[0].send(i)
        total += shared[0].recv()
    return total


def pong(_):
    for _ in range(10):
        shared[1].send(shared[1].recv() + 1)


class Board:
    def __init__(self):
        self._notes = []

    def pin(self, note):
        self._notes.append(note)

    def notes(self):
        return sorted(self._notes)


board = Board()


def the_board():
    return board


class Manager(BaseManager):
    pass


Manager.register("Board", the_board)


def pin(board):
    board.pin("worker")


def pin_from_outside(port):
    manager = Manager(("127.0.0.1", port), authkey=b"secret")
    manager.connect()
    manager.Board().pin("outside")


def goes_on(pool):
    try:
        return "yes" if pool.apply_async(triple, (2,)).get(PATIENCE) == 6 else "wrong"
    except multiprocessing.TimeoutError:
        return "next hangs"


def dies(task):
    pool = multiprocessing.Pool(1)
    try:
        pool.apply_async(task).get(PATIENCE)
    except multiprocessing.TimeoutError:
        return "hangs"
    except Exception as error:
        print("told:", repr(error), file=sys.stderr)
    return goes_on(pool)


def error():
    try:
        multiprocessing.Pool(1).apply(fail)
    except Exception as error:
        kept = [
            isinstance(error, AppError) and "class",
            getattr(error, "code", 0) == 7
            and getattr(error, "details", None) == {"user": "ada"}
            and "properties",
            isinstance(error.__cause__, OverflowError) and "cause",
        ]
        kept = [part for part in kept if part]
        return "yes" if len(kept) == 3 else f"{', '.join(kept)} only" if kept else "no"


def endless():
    pool = multiprocessing.Pool(1)
    try:
        pool.apply_async(spin).get(1)
    except multiprocessing.TimeoutError:
        return goes_on(pool)


def inline():
    try:
        return "yes" if multiprocessing.Pool(1).apply(lambda n: n + 1, (2,)) == 3 else "no"
    except Exception as error:
        print("told:", repr(error), file=sys.stderr)
        return "no"


def lazy():
    pulled = 0

    def inputs():
        nonlocal pulled
        for n in itertools.count():
            pulled += 1
            yield n

    results = multiprocessing.Pool(2).imap(triple, inputs())
    for _ in range(3):
        next(results)
    time.sleep(1)
    before = pulled
    time.sleep(1)
    print(f"pulled {before}, then {pulled}", file=sys.stderr)
    return "yes" if pulled == before else "runs ahead"


def together(values, tasks, check):
    pool = multiprocessing.Pool(2, share, values)
    results = [pool.apply_async(task, (0,)) for task in tasks]
    return "yes" if check([result.get() for result in results]) else "no"


def lock():
    counter = multiprocessing.RawValue("i")
    values = (multiprocessing.Lock(), counter)
    return together(values, [raise_locked] * 2, lambda _: counter.value == 2000)


def value():
    number, array = multiprocessing.Value("i"), multiprocessing.Array("d", 2)
    is_right = lambda _: number.value == 2000 and array[1] == 4000
    return together((number, array), [raise_own] * 2, is_right)


def manager():
    # A proxy that a worker receives proves the key of its process.
    multiprocessing.current_process().authkey = b"secret"
    with Manager(("127.0.0.1", 0), authkey=b"secret") as manager:
        board = manager.Board()
        multiprocessing.Pool(1).apply(pin, (board,))
        port = str(manager.address[1])
        subprocess.run([sys.executable, __file__, "--port", port], check=True)
        return "yes" if board.notes() == ["outside", "worker"] else "no"


def runs():
    with multiprocessing.Pool(2) as pool:
        return "yes" if pool.apply(triple, (3,)) == 9 else "no"


# Kept until the program ends, as a pool that a program has forgotten to close is.
forgotten = []


def dropped():
    forgotten.append(multiprocessing.Pool(2))
    return "yes" if forgotten[0].apply(triple, (3,)) == 9 else "no"


CLAIMS = {
    "runs": runs,
    "main": lambda: "yes" if multiprocessing.Pool(1).apply(triple, (2,)) == 6 else "no",
    "inline": inline,
    "exit": lambda: dies(end),
    "memory": lambda: dies(be_killed),
    "error": error,
    "endless": endless,
    "lazy": lazy,
    "queue": lambda: together(
        (multiprocessing.Queue(),), [produce, consume], lambda sums: sums[1] == 4950
    ),
    "lock": lock,
    "value": value,
    "pipe": lambda: together(
        multiprocessing.Pipe(), [ping, pong], lambda sums: sums[0] == 55
    ),
    "manager": manager,
    "dropped": dropped,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--claim", choices=list(CLAIMS))
    parser.add_argument("--method")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    if options.port is not None:
        pin_from_outside(options.port)
        return
    print("#answer", json.dumps(CLAIMS[options.claim]()), flush=True)
    if options.claim not in ("runs", "dropped"):
        # What hangs would keep it here.
        os._exit(0)


if __name__ == "__main__":
    main()
