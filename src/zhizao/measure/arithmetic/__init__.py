"""The arithmetic of finished columns: exact decimals, and estimates with a proven bound."""
