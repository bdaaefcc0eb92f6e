"""How fast `kzdata validate` is, beside other validators of the same five tables.

    python benchmarks/validate.py --rows 1e5 --runs 5
    python benchmarks/validate.py --rows 1e3,1e4,1e5,1e6 --traceable 1e5 --write

Every figure is that of a whole process: start-up, reading, checking, report. The validators take
turns within one run, and the median of several rounds counts, since the ratios are what stays the
same from machine to machine. With `--dirty` (on by default: 0.01) each size is measured a second
time with one row in a hundred broken in a known way, and what each validator counts is compared
with what was planted.

Results are gathered in a file (`--json`), the last one of each kind counting, and `--write` puts
all of them into `docs/benchmarks.md` with a plot; what else stands there is kept.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from timing import (
    BIN,
    PAGE,
    ROOT,
    Answer,
    Cost,
    in_turns,
    machine,
    measured,
    median,
    renew,
    versions,
)

HERE = Path(__file__).parent
CACHE = Path(tempfile.gettempdir()) / "kzdata-benchmarks"
SLOW = 1_000_000
"""Rows beyond which frictionless is not asked."""
PACKAGES = ("duckdb", "frictionless", "polars", "dataframely", "pydantic", "typer")
KZDATA = "kzdata"
HANDWRITTEN = "hand-written SQL"
SCAN = "raw scan"
POLARS = "dataframely"
FRICTIONLESS = "frictionless"
GENERIC = "kzdata, generic checks"
PARQUET = "kzdata, Parquet"
NAMES = (KZDATA, PARQUET, GENERIC, HANDWRITTEN, SCAN, POLARS, FRICTIONLESS)
SAME = {
    "foreign-key": "foreign-key",
    "primary-key": "primary-key",
    "type-error": "cell-type",
}
"""What frictionless calls a rule."""


About = tuple[str, int, str]
"""Kind, rows and validator: what was measured."""


class Task(NamedTuple):
    """One package to be measured: its kind, how many rows, where it is, the commands."""

    kind: str
    rows: int
    folder: Path
    commands: dict[str, list[str]]


class Result(NamedTuple):
    """What one validator took for one package."""

    kind: str
    rows: int
    name: str
    runs: int
    cost: Cost

    @property
    def about(self) -> About:
        """What was measured."""
        return self.kind, self.rows, self.name


def package(rows: int, *options: str) -> Path:
    """The folder of an invented package, written if it is not there yet."""
    source = hashlib.sha256((HERE / "invented.py").read_bytes()).hexdigest()[:8]
    folder = CACHE / "-".join([source, str(rows), *(part.strip("-") for part in options)])
    if not (folder / "datapackage.json").is_file():
        measured([sys.executable, str(HERE / "invented.py"), str(folder), str(rows), *options])
    return folder


def without_declarations(folder: Path) -> Path:
    """The same files under schemas that declare no receipts: what any table has is checked."""
    other = folder.with_name(f"{folder.name}-generic")
    if not (other / "datapackage.json").is_file():
        other.mkdir(exist_ok=True)
        described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        for entry in described["resources"]:
            shutil.copyfile(folder / entry["path"], other / entry["path"])
            entry["schema"] = _plain(entry["schema"])
        (other / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return other


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if not k.startswith("kzdata:")}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def kzdata(folder: Path) -> list[str]:
    """The command line of the checkout on a package."""
    return [sys.executable, "-m", "kzdata.cli", "validate", str(folder)]


def script(name: str, folder: Path, *options: str) -> list[str]:
    """A script of this folder on a package."""
    return [sys.executable, str(HERE / name), str(folder), *options]


def generic(kind: str, rows: int, folder: Path) -> Task:
    """The five tables, with every validator that is not hopeless at that size."""
    commands = {
        KZDATA: kzdata(folder),
        HANDWRITTEN: script("handwritten.py", folder),
        SCAN: script("handwritten.py", folder, "--scan"),
        POLARS: script("frames.py", folder),
    }
    if rows <= SLOW:
        limit = ["--limit-errors", str(rows), "--json"]
        described = str(folder / "datapackage.json")
        commands[FRICTIONLESS] = [str(BIN / "frictionless"), "validate", described, *limit]
    return Task(kind, rows, folder, commands)


def tasks(given: argparse.Namespace) -> Iterator[Task]:
    """What the command line asks for."""
    for rows in given.rows:
        clean = generic("clean", rows, package(rows))
        clean.commands[PARQUET] = kzdata(package(rows, "--parquet"))
        yield clean
        if given.dirty:
            yield generic("dirty", rows, package(rows, "--dirty", str(given.dirty)))
    for figures in given.traceable:
        folder = package(figures, "--traceable")
        plain = without_declarations(folder)
        commands = {KZDATA: kzdata(folder), GENERIC: kzdata(plain)}
        yield Task("traceable", figures, folder, commands)


def carried_out(task: Task, given: argparse.Namespace) -> Iterator[Result]:
    """Measure one task."""
    commands = {
        name: command
        for name, command in task.commands.items()
        if not given.only or name in given.only
    }

    most: int = given.runs

    def runs(name: str) -> int:
        return min(most, 1 if task.rows > 100_000 else 3) if name == FRICTIONLESS else most

    answers = in_turns(commands, runs, (0, 1) if task.kind == "dirty" else (0,))
    for name, found in answers.items():
        cost = median([answer.cost for answer in found])
        yield Result(task.kind, task.rows, name, len(found), cost)
    if task.kind == "dirty":
        compare_counts(task, answers)


def compare_counts(task: Task, answers: dict[str, list[Answer]]) -> None:
    """Say where a validator counts other violations than were planted.

    Two rows with one key are two violations for kzdata and the hand-written SQL, and one for
    frictionless.
    """
    planted = Counter(json.loads((task.folder / "planted.json").read_text(encoding="utf-8")))
    counts: dict[str, Counter[str]] = {}
    if KZDATA in answers:
        told = measured([*task.commands[KZDATA], "--format", "json"], (0, 1)).output
        report = json.loads(told)
        counts[KZDATA] = Counter(f["rule"] for f in report["findings"])
        counts[KZDATA] += Counter(report["omitted"])
    if HANDWRITTEN in answers:
        counts[HANDWRITTEN] = _printed(answers[HANDWRITTEN][0].output)
    for name, found in counts.items():
        wrong = {rule for rule in found | planted if found[rule] != planted[rule]}
        shown = ", ".join(f"{rule} {found[rule]} not {planted[rule]}" for rule in sorted(wrong))
        print(f"  {name}: {shown or f'all {planted.total()} planted violations, no other'}")
    if FRICTIONLESS in answers:
        _compare_with_frictionless(answers[FRICTIONLESS][0].output, planted)


def _printed(output: str) -> Counter[str]:
    """Counts as handwritten.py prints them."""
    found: Counter[str] = Counter()
    for line in output.splitlines():
        count, rule, *_ = line.split()
        found[rule] += int(count)
    return found


def _compare_with_frictionless(output: str, planted: Counter[str]) -> None:
    tasks = json.loads(output)["tasks"]
    found = Counter(SAME.get(e["type"], "cell") for t in tasks for e in t["errors"])
    expected: Counter[str] = Counter()
    for rule, count in planted.items():
        known = rule if rule in SAME.values() else "cell"
        expected[known] += count // 2 if rule == "primary-key" else count
    same = found == expected
    print(f"  {FRICTIONLESS}: {'the same' if same else f'{dict(found)}, not {dict(expected)}'}")


def show(results: Sequence[Result]) -> None:
    """Print results with their ratio to kzdata."""
    base = next((r.cost.wall for r in results if r.name == KZDATA), None)
    for result in results:
        wall, cpu, peak = result.cost
        ratio = f"{wall / base:7.2f} x kzdata" if base else ""
        print(
            f"{result.kind:<9} {result.rows:>9,} {result.name:<24}"
            f"{wall:8.3f} s {cpu:8.3f} s cpu {peak:7.0f} MB  n={result.runs} {ratio}",
            flush=True,
        )


# ------------------------------------------------------------------------------ the page


def gathered(file: Path, results: Sequence[Result]) -> list[Result]:
    """The results of this run and those of earlier runs, kept in a file."""
    earlier: list[Any] = json.loads(file.read_bytes()) if file.is_file() else []
    known = [Result(k, rows, name, runs, Cost(*cost)) for k, rows, name, runs, cost in earlier]
    merged = {result.about: result for result in [*known, *results]}
    kept = sorted(merged.values(), key=lambda r: (r.kind, r.rows, NAMES.index(r.name)))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return kept


def ratios(results: Sequence[Result]) -> str:
    """Markdown: kzdata beside the others, by size."""
    wall = {r.about: r.cost.wall for r in results}
    cpu = {r.about: r.cost.cpu for r in results}
    peak = {r.about: r.cost.peak for r in results}
    rows = ["| rows | to hand-written SQL | the same, processor time | to a raw scan |"
            " frictionless to kzdata | dataframely to kzdata | 1 % broken to clean | peak, MB |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|"]  # fmt: skip

    def ratio(above: About, below: About, of: Mapping[About, float] = wall) -> str:
        return f"{of[above] / of[below]:.2f}" if {above, below} <= set(of) else ""

    for size in sorted({r.rows for r in results if r.kind == "clean"}):
        ours, clean = ("clean", size, KZDATA), ("clean", size)
        cells = [f"{size:,}", ratio(ours, (*clean, HANDWRITTEN)),
                 ratio(ours, (*clean, HANDWRITTEN), cpu), ratio(ours, (*clean, SCAN)),
                 ratio((*clean, FRICTIONLESS), ours), ratio((*clean, POLARS), ours),
                 ratio(("dirty", size, KZDATA), ours), f"{peak.get(ours, 0):.0f}"]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def forms(results: Sequence[Result]) -> str:
    """Markdown: the same tables as Parquet, with their types, beside CSV."""
    cost = {r.about: r.cost for r in results if r.kind == "clean"}
    rows = ["| rows | Parquet to CSV | the same, processor time | CSV, s | Parquet, s | peak, MB |",
            "|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for size in sorted({size for _, size, name in cost if name == PARQUET}):
        text, typed = cost.get(("clean", size, KZDATA)), cost["clean", size, PARQUET]
        if text:
            cells = [f"{size:,}", f"{typed.wall / text.wall:.2f}", f"{typed.cpu / text.cpu:.2f}",
                     f"{text.wall:.2f}", f"{typed.wall:.2f}", f"{typed.peak:.0f}"]  # fmt: skip
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def receipts(results: Sequence[Result]) -> str:
    """Markdown: what the traceability rules cost beside the generic checks."""
    cost = {r.about: r.cost for r in results if r.kind == "traceable"}
    rows = ["| figures | all rules to generic checks | all rules, s | peak, MB |",
            "|---:|---:|---:|---:|"]  # fmt: skip
    for kind, size, name in cost:
        if name == KZDATA and (kind, size, GENERIC) in cost:
            whole, plain = cost[kind, size, name], cost[kind, size, GENERIC]
            ratio = whole.wall / plain.wall
            rows.append(f"| {size:,} | {ratio:.2f} | {whole.wall:.2f} | {whole.peak:.0f} |")
    return "\n".join(rows)


def seconds(results: Sequence[Result]) -> str:
    """Markdown: everything that was measured."""
    rows = ["| data | rows | validator | wall, s | processor, s | peak, MB | runs |",
            "|---|---:|---|---:|---:|---:|---:|"]  # fmt: skip
    for r in results:
        wall, cpu, peak = r.cost
        cost = f"{wall:.2f} | {cpu:.2f} | {peak:.0f}"
        rows.append(f"| {r.kind} | {r.rows:,} | {r.name} | {cost} | {r.runs} |")
    return "\n".join(rows)


def plot(results: Sequence[Result], file: Path) -> None:
    """Draw wall time over rows, clean data, as SVG that is the same for the same figures."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "kzdata"
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for name in NAMES:
        points = sorted((r.rows, r.cost.wall) for r in results if r.about[::2] == ("clean", name))
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="rows in five tables", ylabel="seconds, wall time")
    axes.grid(alpha=0.3)
    axes.legend()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})


def write(results: Sequence[Result]) -> None:
    """Renew the page's parts about speed."""
    plot(results, PAGE.parent / "benchmarks.svg")
    text = f"{machine()}; {versions(PACKAGES)}."
    renew("machine", text)
    renew("ratios", ratios(results))
    renew("parquet", forms(results))
    renew("receipts", receipts(results))
    renew("seconds", seconds(results))


def numbers(text: str) -> list[int]:
    """`1e3,1e4` as whole numbers."""
    return [int(float(part)) for part in text.split(",") if part]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=numbers, default=[], metavar="N[,N...]")
    parser.add_argument("--traceable", type=numbers, default=[], metavar="FIGURES[,...]")
    parser.add_argument("--dirty", type=float, default=0.01, help="share of broken rows; 0: none")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", help=f"one of {', '.join(NAMES)}; repeatable")
    parser.add_argument("--sdk", type=Path, default=ROOT / "sdk", help="where kzdata is")
    parser.add_argument("--json", type=Path, metavar="FILE", default=CACHE / "results.json")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    if not (given.rows or given.traceable or given.write):
        given.rows = [100_000]
    return given


def main() -> None:
    """Measure, show, and keep what was asked for."""
    given = arguments()
    os.environ["PYTHONPATH"] = str(given.sdk)
    results: list[Result] = []
    print(f"{machine()}; {versions(PACKAGES)}")
    for task in tasks(given):
        found = list(carried_out(task, given))
        show(found)
        results += found
    kept = gathered(given.json, results)
    if given.write:
        write(kept)


if __name__ == "__main__":
    main()
