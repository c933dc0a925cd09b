"""Formulas: from text to the typed tree, with the checks that keep a wrong one from being computed."""
