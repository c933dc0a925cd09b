"""A simulated nation of enterprises, drawn from a seed, whose truth is known exactly."""
