"""Files of a folder: logs of adapters, tables as CSV and Parquet, compressed or not, growing, rotated, replaced."""
