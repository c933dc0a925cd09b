"""Speed, measured as ratios in one run and printed; nothing here is asserted."""
