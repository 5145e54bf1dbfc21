"""A whole installation in one file, and back (备份与恢复): the tables, the kept files, the settings without secrets."""
