"""From what machines say to observations: connectors, and how their words become ours."""
