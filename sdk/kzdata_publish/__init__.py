"""What other communities read: linked data, Croissant, RO-Crate, and the columns of UCDP and ACLED.

`kzdata.exports` finds these formats by entry points, as it finds those of any other distribution.
"""
