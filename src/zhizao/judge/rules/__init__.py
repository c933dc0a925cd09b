"""Rules judged: conditions over what is watched become warnings that begin, grow and end; pure, and the same whenever it is run."""
