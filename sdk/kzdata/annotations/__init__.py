"""Reads annotations that other tools made into one shape: words at their places in an article.

`read` is the way in; `shape` says what comes out, `formats` has a module for each tool, and
`placing` finds the article and the unit of the offsets.
"""

from kzdata.annotations.registry import FORMATS as FORMATS
from kzdata.annotations.registry import read as read
from kzdata.annotations.shape import Annotation as Annotation
from kzdata.annotations.shape import Annotations as Annotations
from kzdata.annotations.shape import Document as Document
from kzdata.annotations.shape import Relation as Relation
from kzdata.annotations.shape import Unit as Unit
from kzdata.annotations.shape import Unplaced as Unplaced
