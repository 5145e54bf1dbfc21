"""The built-in offers and programmes, as data files with their sources."""
