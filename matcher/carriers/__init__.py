"""Carriers measured (载体评价): indicators as data, marks by year, what is known of each and what is missing."""
