"""Everything a person or a program reads: JSON, tables, reports. Reads all, owns nothing."""
