"""Engines that run queries over facts; each third-party engine is imported in one module here."""
