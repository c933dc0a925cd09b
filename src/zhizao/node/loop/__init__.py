"""The loop, wired: one thing a file, each a stage over what the stages before it stored."""
