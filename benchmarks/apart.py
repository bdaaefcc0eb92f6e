"""What it costs that `kzdata validate` works in a process of its own.

The same command with that process and without it: whole processes, in turns, median of several.

    .venv/bin/python benchmarks/apart.py [RUNS] [PACKAGE]
"""

import sys

from timing import in_turns, median

ALONE = """
import sys
from kzdata.cli import main as cli
cli.can_fork = lambda: False
cli.main()
"""


def main(runs: int, package: str) -> None:
    """Print the medians and their ratio."""
    commands = {
        "in a process of its own": [sys.executable, "-m", "kzdata.cli", "validate", package],
        "in the command's process": [sys.executable, "-c", ALONE, "validate", package],
    }
    answers = in_turns(commands, lambda name: runs)
    costs = {name: median([a.cost for a in found]) for name, found in answers.items()}
    for name, cost in costs.items():
        print(f"{name:<26} {cost.wall:6.3f} s {cost.cpu:6.3f} s cpu {cost.peak:6.0f} MB")
    apart, alone = costs.values()
    print(f"ratio: {apart.wall / alone.wall:.3f}, of processor time {apart.cpu / alone.cpu:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15, sys.argv[2] if len(sys.argv) > 2 else ".")
