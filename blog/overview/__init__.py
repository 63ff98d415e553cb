"""The newsroom at a glance: the desk, the editorial calendar, a year in figures, saved filters."""
