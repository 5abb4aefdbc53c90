"""What the desk does, without any chat, database or network."""
