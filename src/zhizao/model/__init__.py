"""The nouns of the system, frozen; this package imports nothing else of ours."""
