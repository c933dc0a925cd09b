"""Decide: problems, which are data alone, to proposals."""
