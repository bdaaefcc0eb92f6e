"""Exports in the columns of UCDP and ACLED."""
