"""The effect of an action: one method a file, each over a panel of units and periods, with an interval that holds what it says."""
