"""Decides who should meet whom: pure domain, free of web, storage, models and search engines."""
