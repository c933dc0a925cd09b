"""The rims of the loop: warnings, causes, proposals, actions and their effects, asked of one installation."""
