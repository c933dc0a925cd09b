"""One installation wired together: config, packs, store, and the questions that need them all."""
