"""Facts: append-only, sealed, as known at any time."""
