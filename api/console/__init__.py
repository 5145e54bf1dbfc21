"""The console (控制台): pages for people at desks. It holds no rules; what a page may do is asked of `api.access`."""
