"""Problems posed from live figures: one kind of problem a file."""
