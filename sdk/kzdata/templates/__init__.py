"""Packages to begin with: what `kzdata init` writes, and the files that it is made of."""
