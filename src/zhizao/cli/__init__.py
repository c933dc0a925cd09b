"""The command line: one command a file; everything it says is said in Chinese and in English."""
