"""Carriers measured as a service (载体评价): entered and computed values by year, marks, comparison, report."""
