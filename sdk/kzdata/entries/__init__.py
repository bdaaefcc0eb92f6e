"""Entries: what one article says, as a document from which rows with receipts are made."""
