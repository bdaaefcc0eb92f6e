"""Answers as rows, as frames of other libraries, and as a table in a notebook.

What a question answers is listed already, in Python values; `kzdata.engine.queries` has the answers
that DuckDB works out when they are read.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from kzdata.display import html_table
from kzdata.errors import require

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Frames:
    """An answer that can be told as rows: a list, a frame, a table in a notebook."""

    __slots__ = ()
    columns: ClassVar[tuple[str, ...]] = ()

    def rows(self) -> list[tuple[Any, ...]]:
        """The answer, flat: one tuple a row, with a value for each of `columns`."""
        raise NotImplementedError

    def df(self) -> "pandas.DataFrame":
        """The rows as a pandas DataFrame; raises MissingExtraError without pandas."""
        require("pandas", "pandas")
        import pandas

        return pandas.DataFrame.from_records(self.rows(), columns=list(self.columns))

    def pl(self) -> "polars.DataFrame":
        """The rows as a Polars DataFrame; raises MissingExtraError without polars."""
        require("polars", "polars")
        import polars

        # All rows are looked at: a column may begin with many that are empty.
        return polars.DataFrame(
            self.rows(), schema=list(self.columns), orient="row", infer_schema_length=None
        )

    def arrow(self) -> "pyarrow.Table":
        """The rows as an Arrow table; raises MissingExtraError without pyarrow."""
        require("pyarrow", "pyarrow")
        import pyarrow

        rows = self.rows()
        columns = zip(*rows, strict=True) if rows else [()] * len(self.columns)
        return pyarrow.table(dict(zip(self.columns, map(pyarrow.array, columns), strict=True)))

    def _repr_html_(self) -> str:
        return html_table(self.columns, self.rows(), repr(self).strip("<>"))
