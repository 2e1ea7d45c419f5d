"""Widgets: each draws one kind of thing from values it is given."""
