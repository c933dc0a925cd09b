"""What carries a set point or a message out of the house, one protocol a file."""
