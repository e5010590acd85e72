"""What a bench of Python's multiprocessing measured, as row.ts has it."""

import json


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
