"""What readings say of targets: verdicts, gaps along the required path, forecasts, checks of totals. Pure: no clock, no I/O."""
