"""Pages of carriers measured: all of a platform, one by year, what they are measured by."""
