"""Short-series forecasts, one model a file, published side by side with their back-tested error."""
