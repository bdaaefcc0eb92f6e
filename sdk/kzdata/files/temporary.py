"""Temporary folders, each removed by the process that made it."""

import os
import shutil
import tempfile
import weakref
from pathlib import Path


class TemporaryFolder:
    """A private temporary folder; it is removed with this object, and at the end of the process.

    A process that was forked off has the object too, but not the folder: what it frees, or leaves
    behind when it ends, stays with the process that made it.
    """

    def __init__(self, prefix: str = "kzdata-", parent: str | Path | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        # Not `TemporaryDirectory`: a fork's copy of one removes the folder under its parent's feet.
        self._free = weakref.finalize(self, _remove, str(self.path), os.getpid())

    def remove(self) -> None:
        """Remove it with all that it holds; doing so again does nothing."""
        self._free()


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
