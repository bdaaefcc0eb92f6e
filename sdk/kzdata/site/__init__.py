"""The evidence page: a static site that shows each claim and the words it rests on.

It is written out of any package of the profile, opens from disk, makes no request and runs nothing
that the package holds. What it shows is described in docs/site.md; its front end is built from
`site/` into `assets/`.
"""

from kzdata.site.page import Texts, write

__all__ = ["Texts", "write"]
