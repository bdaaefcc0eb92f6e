"""Draws docs/images/architecture.svg: the parts of kzdata, and which imports which.

Read from the imports themselves, in the order of the contract in pyproject.toml; `kzdata_publish`
stands above what it is built on. An arrow that follows from two others is not drawn.
"""

import ast
import sys
import tomllib
from html import escape
from pathlib import Path
from textwrap import wrap

from grimp import build_graph

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "sdk" / "kzdata"
PUBLISH = "kzdata_publish"
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
WIDTH, LEFT, BOX, LINE, GAP = 1000, 20, 760, 19, 14
STYLE = """text{font:14px system-ui,sans-serif;fill:#1b1b1b}.name{font-weight:700;font-size:16px}
.says{fill:#444}.files{font:12.5px ui-monospace,monospace;fill:#555}
.box{fill:#fff;stroke:#8a8a8a}.way{fill:none;stroke:#2f5d8a;stroke-width:1.6}"""


def layers() -> list[str]:
    """The parts of kzdata from the top down, as the contract of imports has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    parts = [name for line in contract["layers"] for name in line.split(" | ")]
    parts.insert(parts.index("exports"), PUBLISH)
    return parts


def part_of(module: str) -> str:
    """The part that a module belongs to."""
    top, *inside = module.split(".")
    return inside[0] if top == SDK.name and inside else top


def imports(parts: list[str]) -> dict[str, set[str]]:
    """The parts that each part imports, those for types included."""
    graph = build_graph(SDK.name, PUBLISH, cache_dir=None)
    found: dict[str, set[str]] = {part: set() for part in parts}
    for module in graph.modules:
        others = graph.find_modules_directly_imported_by(module)
        found.get(part_of(module), set()).update(map(part_of, others))
    return {part: found[part] & set(parts) - {part} for part in parts}


def arrows(parts: list[str]) -> list[tuple[str, str]]:
    """Which part imports which, without what follows from the others."""
    direct = imports(parts)
    reach: dict[str, set[str]] = {}
    for part in reversed(parts):
        reach[part] = direct[part] | {far for near in direct[part] for far in reach.get(near, ())}
    return [
        (part, other)
        for part in parts
        for other in parts
        if other in direct[part] and not any(other in reach[near] for near in direct[part])
    ]


def home(part: str) -> Path:
    """The folder of a part, or its name without `.py`."""
    return (SDK.parent if part == PUBLISH else SDK) / part


def said(part: str) -> str:
    """The first sentence about a part."""
    own = home(part) / "__init__.py" if home(part).is_dir() else home(part).with_suffix(".py")
    return (ast.get_docstring(ast.parse(own.read_text("utf-8"))) or "").split("\n\n")[0]


def listed(part: str) -> list[str]:
    """The modules of a folder, in lines."""
    files = sorted(home(part).rglob("*.py"))
    names = [file.relative_to(home(part)).with_suffix("").as_posix() for file in files]
    return wrap("   ".join(name for name in names if "__" not in name), 84)


def draw() -> str:
    """The picture."""
    parts, top, boxes, middle = layers(), GAP, [], {}
    for part in parts:
        says, names = wrap(" ".join(said(part).split()), 74), listed(part)
        height = LINE * (len(says) + len(names)) + 16
        middle[part] = top + height / 2
        boxes.append(
            f'<rect class="box" x="{LEFT}" y="{top}" width="{BOX}" height="{height}" rx="6"/>'
        )
        boxes.append(f'<text class="name" x="{LEFT + 14}" y="{top + 24}">{escape(part)}</text>')
        for number, (kind, line) in enumerate(
            [*(("says", line) for line in says), *(("files", line) for line in names)], 1
        ):
            place = f'x="{LEFT + 165}" y="{top + 5 + LINE * number}"'
            boxes.append(f'<text class="{kind}" {place}>{escape(line)}</text>')
        top += height + GAP
    right = LEFT + BOX
    for upper, lower in arrows(parts):
        far = right + 18 + 22 * (parts.index(lower) - parts.index(upper))
        start, end = middle[upper] + 5, middle[lower] - 5
        curve = f"M{right} {start} C{far} {start} {far} {end} {right + 7} {end}"
        boxes.append(f'<path class="way" marker-end="url(#head)" d="{curve}"/>')
    head = (
        '<marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" '
    )
    head += 'orient="auto"><path d="M0 0L10 5L0 10z" fill="#2f5d8a"/></marker>'
    inside = "\n".join([f"<style>{STYLE}</style><defs>{head}</defs>", *boxes])
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    title = "The parts of kzdata from the command line down; an arrow leads to what a part imports"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title>\n'
        f'<rect width="{WIDTH}" height="{top}" fill="#fafafa"/>\n{inside}\n</svg>\n'
    )


def main() -> None:
    """Write the picture, or with `--check` say whether it is as the code is."""
    picture = draw()
    if "--check" in sys.argv:
        sys.exit(PICTURE.read_text("utf-8") != picture and "architecture.svg is not up to date")
    PICTURE.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
