"""Exports as linked data: Web Annotations, Croissant, RO-Crate."""
