"""Figures frozen for a third party: `container` is the form of the file, `freeze` makes one, `claims` are what can be asked again, `recompute` asks."""
