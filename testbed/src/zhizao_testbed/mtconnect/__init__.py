"""An MTConnect agent, an SHDR adapter, and the replayer that feeds them from a recorded log."""
