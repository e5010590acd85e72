"""What a bench of Python's multiprocessing measured, as row.ts has it."""

import json
import os


def rounds(full):
    """Of a number of rounds those that are to be run, as rounds.ts has it."""
    return -(-full // 2) if os.environ.get("BENCH_QUICK") == "1" else full


def print_row(scenario, competitor, unit, samples):
    """Prints a row for scripts/bench.ts to collect."""
    row = {
        "scenario": scenario,
        "competitor": competitor,
        "method": "process",
        "unit": unit,
        "samples": [round(sample, 3) for sample in samples],
    }
    print(json.dumps(row), flush=True)
