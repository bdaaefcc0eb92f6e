"""How long `kzdata validate` takes on the bundled package, beside `frictionless validate`.

Whole processes, taken in turns, median of several; both commands from the environment that runs
this script:

    .venv/bin/python benchmarks/bundled.py [RUNS]
"""

import sys

from timing import BIN, in_turns, median

KZDATA = [sys.executable, "-m", "kzdata.cli"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "kzdata --help": [*KZDATA, "--help"],
    "kzdata validate": [*KZDATA, "validate", "."],
    "frictionless validate": [str(BIN / "frictionless"), "validate", "datapackage.json"],
}


def main(runs: int) -> None:
    """Print the medians and the ratio of the two validators."""
    answers = in_turns(COMMANDS, lambda name: runs)
    walls = {name: median([a.cost for a in found]).wall for name, found in answers.items()}
    for name, wall in walls.items():
        print(f"{name:<22} {wall:6.3f} s")
    ratio = walls["kzdata validate"] / walls["frictionless validate"]
    print(f"kzdata validate takes {ratio:.2f} of the time of frictionless validate")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
