"""What other communities read: maps, linked data, Croissant, RO-Crate, UCDP and ACLED.

`kzdata.exports` finds these formats by entry points, as it finds those of any other distribution.
"""
