"""What the desk does. Knows no chat platform, no database and no cloud."""
