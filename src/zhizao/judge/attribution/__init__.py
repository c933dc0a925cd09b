"""Attribution: any change or gap of an indicator taken apart exactly, and the smallest cause that explains most of it."""
