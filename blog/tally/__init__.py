"""How many published posts there are, counted by the database itself (docs: README, "Design decisions")."""
