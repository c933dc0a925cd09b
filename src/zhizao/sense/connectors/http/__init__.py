"""Observations that others push over HTTP."""
