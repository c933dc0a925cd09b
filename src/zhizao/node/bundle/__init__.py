"""The third party: what is needed to recompute figures elsewhere, frozen in one file that can be read in one way only."""
