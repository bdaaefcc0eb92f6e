"""The notebook for researchers: it runs from top to bottom and shows what it promises."""

import base64
import io
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import matplotlib
import nbclient
import nbformat
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imread

import kzdata

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "examples" / "quickstart.ipynb"


def read() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def code(notebook: Any) -> dict[str, Any]:
    """The cells that hold code, by their id."""
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


def test_the_notebook_is_valid_and_holds_no_outputs() -> None:
    """Catches outputs of last month, and a path of the machine that made them."""
    notebook = read()
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    for cell in code(notebook).values():
        assert cell.outputs == []
        assert cell.execution_count is None
    text = NOTEBOOK.read_text("utf-8")
    assert not re.search(r"/home/|/Users/|/tmp/|/work/|[A-Z]:\\\\", text)
    assert text == nbformat.writes(notebook) + "\n"


def test_links_lead_somewhere() -> None:
    """Catches a link to a page or a heading that has moved."""
    for target in re.findall(r"\]\(([^)]+)\)", "".join(cell.source for cell in read().cells)):
        path, _, anchor = target.partition("#")
        page = (NOTEBOOK.parent / path).read_text("utf-8")
        assert re.search(rf"^## {anchor}$", page, re.M | re.I), target


# ------------------------------------------------------------------------------ executed


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The cells after a kernel of their own has run them, in an empty folder."""
    notebook, folder = read(), tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "MPLCONFIGDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        # The first use of matplotlib says on standard error that it looks for fonts.
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True)
        resources = {"metadata": {"path": str(folder)}}
        nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
    assert list(folder.iterdir()) == []
    yield code(notebook)


def outputs(cell: Any, kind: str) -> list[str]:
    return [output.data[kind] for output in cell.outputs if kind in output.get("data", {})]


@pytest.mark.slow
def test_no_cell_raises_or_warns(executed: Mapping[str, Any]) -> None:
    """Catches an exception, and a warning that a reader would see."""
    for cell in executed.values():
        assert {output.output_type for output in cell.outputs} <= {"execute_result", "display_data"}


@pytest.mark.slow
def test_tables_are_shown(executed: Mapping[str, Any]) -> None:
    """Catches an answer that shows itself as `<Toll ...>` alone."""
    with kzdata.load(ROOT) as kz:
        (toll,) = outputs(executed["toll"], "text/html")
        for scope in kz.toll(outcome="killed").scopes:
            for entry in scope.entries:
                assert f">{entry.claim.key}<" in toll
        assert ">over 60<" in toll
        (disagreements,) = outputs(executed["disagreements"], "text/html")
        for one in kz.disagreements().found:
            assert f">{one.first.key}<" in disagreements
            assert f">{one.second.key}<" in disagreements
        (trace,) = outputs(executed["trace"], "text/html")
        (receipt,) = kz.trace("CR-0013", "value_low")
        assert f">{receipt.quote}<" in trace
        assert f">{receipt.span}<" in trace
        (back,) = outputs(executed["back"], "text/html")
        assert {f">{cell.field}<" in back for cell in kz.trace(receipt.span)} == {True}
        (fallen,) = outputs(executed["without"], "text/html")
        assert f">{kz.falls(receipt.source)[0][1]}<" in fallen
    assert "as of 2022-01-06" in outputs(executed["asof"], "text/html")[0]
    assert ": valid (" in outputs(executed["check"], "text/html")[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["figure", "policy", "asof"])
def test_figures_are_drawn(executed: Mapping[str, Any], name: str) -> None:
    """Catches a figure that is missing, drawn twice, or blank."""
    (picture,) = outputs(executed[name], "image/png")
    pixels = imread(io.BytesIO(base64.b64decode(picture)), format="png")
    colours = {tuple(pixel) for pixel in pixels.reshape(-1, pixels.shape[-1])[:, :3].round(2)}
    assert len(colours) > 20
    assert pixels.shape[1] > 800


# ------------------------------------------------------------------------------ the marks


@pytest.fixture(scope="module")
def plotting() -> Iterator[dict[str, Any]]:
    """The names that the notebook's drawing cell defines."""
    matplotlib.use("agg")
    names: dict[str, Any] = {}
    with matplotlib.rc_context():
        exec(compile(code(read())["draw"].source, str(NOTEBOOK), "exec"), names)
        yield names
        names["plt"].close("all")


@pytest.mark.parametrize("outcome", ["killed", "injured"])
@pytest.mark.parametrize("policy", [None, "strict"])
def test_each_claim_is_drawn_with_its_open_ends(
    plotting: Mapping[str, Any], outcome: str, policy: str | None
) -> None:
    """Catches an open end that is drawn closed, and "no number" that is drawn as zero."""
    with kzdata.load(ROOT) as kz:
        toll = kz.toll(outcome=outcome, policy=policy)
    claims = [entry.claim for scope in toll.scopes for entry in scope.entries]
    colours = dict.fromkeys(map(plotting["speaker"], claims), plotting["OKABE_ITO"][1])
    figure = plotting["draw"](toll, colours)
    axes = [axis for axis in figure.axes if axis.axison]
    assert len(axes) == len(toll.scopes)
    lines = [line for axis in axes for line in axis.lines]
    marks = [line.get_marker() for line in lines]
    intervals = [claim.interval for claim in claims if claim.interval]
    assert marks.count("x") == len(claims) - len(intervals)
    assert all(line.get_ydata()[0] < 0 for line in lines if line.get_marker() == "x")
    assert marks.count("^") == sum(one.high is None for one in intervals)
    assert marks.count("v") == sum(one.low is None for one in intervals)
    rings = [line for line in lines if to_hex(line.get_markerfacecolor()) == "#ffffff"]
    feet = {line.get_ydata()[0] for line in rings if line.get_marker() == "o"}
    assert feet == {one.low for one in intervals if one.above}
    hatched = [patch for axis in axes for patch in axis.patches if patch.get_hatch()]
    vague = [claim for claim in claims if claim.qualifier == "vague" and claim.interval]
    assert len(hatched) == len(vague)
    words = " ".join(text.get_text() for axis in axes for text in axis.texts).split()
    assert {word for claim in claims for word in (claim.wording or "").split()} <= {*words}
