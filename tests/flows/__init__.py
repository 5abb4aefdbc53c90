"""The journeys, through the front door: what people do in a chat, and what becomes of it."""
