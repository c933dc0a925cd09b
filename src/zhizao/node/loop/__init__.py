"""The rims of the loop: what the stages need is gathered, their pure cores are asked, and what comes of it is told."""
