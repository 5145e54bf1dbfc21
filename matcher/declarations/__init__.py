"""The declared fields, a module a kind of party."""
