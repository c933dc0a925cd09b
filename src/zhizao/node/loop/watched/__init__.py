"""What each watch of a rule looks at, gathered from the store and from measuring as courses of points; one watch a file."""
