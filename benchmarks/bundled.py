"""How long `kzdata validate` takes on the bundled package, beside `frictionless validate`.

Whole processes, taken in turns, median of several; both commands from the environment that runs
this script:

    .venv/bin/python benchmarks/bundled.py [RUNS]
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "kzdata --help": [str(BIN / "kzdata"), "--help"],
    "kzdata validate": [str(BIN / "kzdata"), "validate", "."],
    "frictionless validate": [str(BIN / "frictionless"), "validate", "datapackage.json"],
}


def seconds(command: list[str]) -> float:
    """Wall time of one process, in seconds.

    Raises:
        CalledProcessError: The command fails, so that no failure is taken for speed.
    """
    began = perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=dict(os.environ))
    return perf_counter() - began


def main(runs: int) -> None:
    """Print the medians and the ratio of the two validators."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name:<22} {median:6.3f} s")
    ratio = medians["kzdata validate"] / medians["frictionless validate"]
    print(f"kzdata validate takes {ratio:.2f} of the time of frictionless validate")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
