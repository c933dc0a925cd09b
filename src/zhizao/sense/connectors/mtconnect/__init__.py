"""MTConnect: an agent over HTTP, asked for its model, its present and its stream."""
