"""Where people and machines meet the desk."""
