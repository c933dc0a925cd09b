"""From what machines say to records of what happened: pure, and the same whatever order the observations came in."""
