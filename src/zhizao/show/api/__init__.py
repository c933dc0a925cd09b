"""The HTTP interface: what the command line answers, as JSON, and the door by which others push facts."""
