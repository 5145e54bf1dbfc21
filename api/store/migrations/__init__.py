"""Migrations of the store, run by `api.store.migrating`; `script.py.mako` is the form of a new one."""
